package io.github.satchel.job.model;

/**
 * What went wrong with an image: data, never an exception.
 *
 * @param message the sentence that a pupil reads
 */
public record Problem(FailureCode code, String message) {}
