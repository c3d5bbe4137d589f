package io.github.satchel.job.resize;

import io.github.satchel.job.model.Problem;
import io.github.satchel.job.resize.header.PictureType;
import io.github.satchel.job.resize.header.UnreadablePictureException;
import io.github.satchel.job.resize.kernel.Encoding;

/** What became of a picture in the resize stage. */
public sealed interface Outcome {

  /**
   * A picture of the right size.
   *
   * @param kernel name of the kernel that did it
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Resized(byte[] content, Encoding encoding, PictureType type, String kernel)
      implements Outcome {}

  /**
   * A picture that is none, or not one to be read.
   *
   * @param reason for the log
   */
  record Refused(Problem problem, String reason) implements Outcome {

    public static Refused of(UnreadablePictureException e) {
      return new Refused(e.problem(), String.valueOf(e.getMessage()));
    }

    public static Refused unsupported(String reason) {
      return of(new UnreadablePictureException(reason));
    }
  }
}
