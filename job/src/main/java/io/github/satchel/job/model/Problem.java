package io.github.satchel.job.model;

import io.github.satchel.contract.Failure;
import io.github.satchel.contract.FailureCode;
import io.github.satchel.contract.ImageLocation;

/**
 * What went wrong with an image: data, never an exception.
 *
 * @param message the sentence that a pupil reads
 */
public record Problem(FailureCode code, String message) {

  /** The same as an event lists it, of an image of a label. */
  public Failure of(String label, ImageLocation image) {
    return Failure.ofImage(code, message, label, image);
  }
}
