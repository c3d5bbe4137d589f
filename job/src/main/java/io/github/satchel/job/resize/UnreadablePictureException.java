package io.github.satchel.job.resize;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Bytes that are no picture which can be read; the message is for the log. */
final class UnreadablePictureException extends Exception {

  private final transient @Nullable String format;

  UnreadablePictureException(String message) {
    super(message);
    this.format = null;
  }

  UnreadablePictureException(String message, Throwable cause) {
    super(message, cause);
    this.format = null;
  }

  private UnreadablePictureException(String message, String format) {
    super(message);
    this.format = format;
  }

  /** A format that is known by its content, and known not to be read. */
  static UnreadablePictureException unsupported(String format) {
    return new UnreadablePictureException(
        String.format(Locale.ROOT, "%s is not supported", format), format);
  }

  /** The format, where it is known and not supported: {@code AVIF}. */
  @Nullable String format() {
    return format;
  }
}
