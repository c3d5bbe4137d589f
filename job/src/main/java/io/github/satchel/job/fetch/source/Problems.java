package io.github.satchel.job.fetch.source;

import io.github.satchel.contract.FailureCode;
import io.github.satchel.job.model.Problem;
import java.util.regex.Pattern;

/** What pupils are told when an image cannot be had. The site's pages match on these sentences. */
public final class Problems {

  private static final Pattern GOOGLE =
      Pattern.compile("lh[1-9]\\.(google|googleusercontent)\\.com");

  private Problems() {}

  public static Problem unreachable(String host) {
    return new Problem(
        FailureCode.IMAGE_UNREACHABLE, "Unable to download image from " + named(host));
  }

  public static Problem unusableAddress() {
    return new Problem(FailureCode.IMAGE_UNREACHABLE, "Unable to download image from the website");
  }

  public static Problem certificateExpired(String host) {
    return new Problem(
        FailureCode.IMAGE_UNREACHABLE,
        "Unable to download image from " + named(host) + ": its security certificate has expired");
  }

  public static Problem certificateNotTrusted(String host) {
    return new Problem(
        FailureCode.IMAGE_UNREACHABLE,
        "Unable to download image from "
            + named(host)
            + ": its security certificate is not trusted");
  }

  public static Problem blockedAddress(String host) {
    return new Problem(
        FailureCode.IMAGE_BLOCKED_ADDRESS, "Unable to download image from " + named(host));
  }

  /**
   * The host refuses access.
   *
   * @param site what the site is called that pupils know
   */
  public static Problem forbidden(String host, String site) {
    return new Problem(
        FailureCode.IMAGE_FORBIDDEN,
        "%s would not allow \"%s\" to use that image".formatted(named(host), site));
  }

  public static Problem throttled(String host) {
    return new Problem(
        FailureCode.IMAGE_THROTTLED,
        named(host)
            + " is receiving too many requests for images and has started refusing access.");
  }

  public static Problem timeout() {
    return new Problem(FailureCode.IMAGE_TIMEOUT, "Unable to download image from the website");
  }

  public static Problem deadline() {
    return new Problem(
        FailureCode.DEADLINE, "Unable to download image in the time that the training had");
  }

  public static Problem unsupported() {
    return new Problem(FailureCode.IMAGE_UNSUPPORTED, "Unsupported image file type");
  }

  public static Problem tooLarge() {
    return new Problem(FailureCode.IMAGE_TOO_LARGE, "Image size exceeds maximum limit");
  }

  public static Problem storeForbidden() {
    return new Problem(FailureCode.STORE_AUTH, "Unable to download image from store (auth)");
  }

  public static Problem storeMissing() {
    return new Problem(FailureCode.STORE_MISSING, "Unable to download image from store (unknown)");
  }

  public static Problem storeUnreachable() {
    return new Problem(
        FailureCode.IMAGE_UNREACHABLE, "Unable to download image from store (unknown)");
  }

  private static String named(String host) {
    return GOOGLE.matcher(host).matches() ? "Google" : host;
  }
}
