package io.github.satchel.job.fetch;

import io.github.satchel.contract.FailureCode;
import io.github.satchel.job.model.Problem;
import java.util.regex.Pattern;

/** What pupils are told when an image cannot be had. The site's pages match on these sentences. */
final class Problems {

  private static final Pattern GOOGLE =
      Pattern.compile("lh[1-9]\\.(google|googleusercontent)\\.com");

  private Problems() {}

  static Problem unreachable(String host) {
    return new Problem(
        FailureCode.IMAGE_UNREACHABLE, "Unable to download image from " + named(host));
  }

  static Problem unusableAddress() {
    return new Problem(FailureCode.IMAGE_UNREACHABLE, "Unable to download image from the website");
  }

  static Problem certificateExpired(String host) {
    return new Problem(
        FailureCode.IMAGE_UNREACHABLE,
        "Unable to download image from " + named(host) + ": its security certificate has expired");
  }

  static Problem certificateNotTrusted(String host) {
    return new Problem(
        FailureCode.IMAGE_UNREACHABLE,
        "Unable to download image from "
            + named(host)
            + ": its security certificate is not trusted");
  }

  static Problem blockedAddress(String host) {
    return new Problem(
        FailureCode.IMAGE_BLOCKED_ADDRESS, "Unable to download image from " + named(host));
  }

  /**
   * @param site what the site is called that pupils know
   */
  static Problem forbidden(String host, String site) {
    return new Problem(
        FailureCode.IMAGE_FORBIDDEN,
        "%s would not allow \"%s\" to use that image".formatted(named(host), site));
  }

  static Problem throttled(String host) {
    return new Problem(
        FailureCode.IMAGE_THROTTLED,
        named(host)
            + " is receiving too many requests for images and has started refusing access.");
  }

  static Problem timeout() {
    return new Problem(FailureCode.IMAGE_TIMEOUT, "Unable to download image from the website");
  }

  static Problem deadline() {
    return new Problem(
        FailureCode.DEADLINE, "Unable to download image in the time that the training had");
  }

  static Problem unsupported() {
    return new Problem(FailureCode.IMAGE_UNSUPPORTED, "Unsupported image file type");
  }

  static Problem tooLarge() {
    return new Problem(FailureCode.IMAGE_TOO_LARGE, "Image size exceeds maximum limit");
  }

  static Problem storeForbidden() {
    return new Problem(FailureCode.STORE_AUTH, "Unable to download image from store (auth)");
  }

  static Problem storeMissing() {
    return new Problem(FailureCode.STORE_MISSING, "Unable to download image from store (unknown)");
  }

  static Problem storeUnreachable() {
    return new Problem(
        FailureCode.IMAGE_UNREACHABLE, "Unable to download image from store (unknown)");
  }

  private static String named(String host) {
    return GOOGLE.matcher(host).matches() ? "Google" : host;
  }
}
