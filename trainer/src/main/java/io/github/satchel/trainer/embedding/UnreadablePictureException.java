package io.github.satchel.trainer.embedding;

/** Bytes that no decoder makes a picture of. */
public final class UnreadablePictureException extends Exception {
  UnreadablePictureException(String message) {
    super(message);
  }
}
