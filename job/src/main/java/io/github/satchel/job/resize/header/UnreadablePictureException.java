package io.github.satchel.job.resize.header;

import io.github.satchel.contract.FailureCode;
import io.github.satchel.job.model.Problem;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Bytes that are no picture which can be read; the message is for the log. */
public final class UnreadablePictureException extends Exception {

  private static final String UNSUPPORTED = "Unsupported image file type";

  private final transient Problem problem;

  public UnreadablePictureException(String message) {
    this(message, UNSUPPORTED, null);
  }

  public UnreadablePictureException(String message, Throwable cause) {
    this(message, UNSUPPORTED, cause);
  }

  private UnreadablePictureException(String message, String told, @Nullable Throwable cause) {
    this(message, new Problem(FailureCode.IMAGE_UNSUPPORTED, told), cause);
  }

  private UnreadablePictureException(String message, Problem problem, @Nullable Throwable cause) {
    super(message, cause);
    this.problem = problem;
  }

  /**
   * A format that is known by its content, and known not to be read: it is named behind the
   * sentence that the site looks for.
   */
  public static UnreadablePictureException unsupported(String format) {
    return new UnreadablePictureException(
        format + " is not supported", UNSUPPORTED + " (" + format + ")", null);
  }

  /** More pixels than settings or memory allow. */
  public static UnreadablePictureException tooManyPixels(PictureHeader header) {
    return new UnreadablePictureException(
        String.format(
            Locale.ROOT, "%s of %d x %d pixels", header.type(), header.width(), header.height()),
        new Problem(FailureCode.IMAGE_TOO_MANY_PIXELS, "Image size exceeds maximum limit"),
        null);
  }

  /** What the pupil is told. */
  public Problem problem() {
    return problem;
  }
}
