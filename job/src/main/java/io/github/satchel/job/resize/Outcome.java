package io.github.satchel.job.resize;

import io.github.satchel.contract.FailureCode;
import io.github.satchel.job.model.Problem;

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

    private static final String UNSUPPORTED = "Unsupported image file type";

    static Refused unsupported(String reason) {
      return new Refused(new Problem(FailureCode.IMAGE_UNSUPPORTED, UNSUPPORTED), reason);
    }

    /** Names the format behind the sentence that the site looks for, where there is one to name. */
    static Refused unsupported(UnreadablePictureException e) {
      String message = e.format() == null ? UNSUPPORTED : UNSUPPORTED + " (" + e.format() + ")";
      return new Refused(
          new Problem(FailureCode.IMAGE_UNSUPPORTED, message), String.valueOf(e.getMessage()));
    }
  }
}
