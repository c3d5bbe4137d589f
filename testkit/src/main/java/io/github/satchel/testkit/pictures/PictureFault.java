package io.github.satchel.testkit.pictures;

import java.util.Locale;

/** Every way a picture on the web can be bad, and the failure code that it must lead to. */
public enum PictureFault {
  /** 404. */
  NOT_FOUND("image-unreachable"),
  /** 500, every time. */
  SERVER_ERROR("image-unreachable"),
  /** Nobody listens at the address. */
  CONNECTION_REFUSED("image-unreachable"),
  /** A TCP reset in the middle of the body. */
  CONNECTION_RESET("image-unreachable"),
  /** The connection is closed before the body is as long as its Content-Length. */
  CUT_SHORT("image-unreachable"),
  /** A redirect to itself. */
  REDIRECT_LOOP("image-unreachable"),
  /** 401. */
  UNAUTHORIZED("image-forbidden"),
  /** 403. */
  FORBIDDEN("image-forbidden"),
  /** 429 with a Retry-After of a second, every time. */
  THROTTLED("image-throttled"),
  /** The request is read and never answered. */
  NEVER_ANSWERS("image-timeout"),
  /** A byte every now and then, so that no idle time-out fires. */
  DRIP("image-timeout"),
  /** A page where a picture should be. */
  HTML("image-unsupported"),
  /** A vector graphic. */
  SVG("image-unsupported"),
  /** 200 and no body. */
  EMPTY("image-unsupported"),
  /** The first bytes of the file are noise. */
  CORRUPT_HEADER("image-unsupported"),
  /** The file ends in the middle of the picture, and the transfer is complete. */
  TRUNCATED("image-unsupported"),
  /** An address that no picture may be fetched from. */
  BLOCKED_ADDRESS("image-blocked-address"),
  /** A redirect to an address that no picture may be fetched from. */
  BLOCKED_REDIRECT("image-blocked-address"),
  /** A Content-Length one byte over the limit, and that many bytes. */
  TOO_LARGE_DECLARED("image-too-large"),
  /** A chunked body that does not end. */
  TOO_LARGE_ENDLESS("image-too-large"),
  /** A small PNG of 100 megapixels. */
  TOO_MANY_PIXELS("image-too-many-pixels");

  private final String code;

  PictureFault(String code) {
    this.code = code;
  }

  /** The code of the contract for a picture that is bad in this way. */
  public String code() {
    return code;
  }

  /** The fault's name in a path. */
  String slug() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
