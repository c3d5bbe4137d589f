package io.github.satchel.bench.burst;

import java.util.List;

/**
 * How soon classifiers are ready; its JSON is what {@code bench ready --json} prints. All times are
 * seconds from event to event, as they were read.
 *
 * @param images of a training
 * @param fresh how many of them the second training of a pupil has and the first had not
 * @param first trainings one after another, from {@code uploaded} to {@code ready}
 * @param again the same with some other pictures
 * @param atOnce pupils who train together
 * @param lastToLast from the last {@code uploaded} of these to their last {@code ready}
 * @param trainerPeakRss the most bytes of physical memory of the trainer's process
 * @param complaints what did not end as it must
 */
public record ReadyResult(
    String type,
    int images,
    int fresh,
    Times first,
    Times again,
    int atOnce,
    double lastToLast,
    long trainerPeakRss,
    List<String> complaints) {

  /** Of some trainings. */
  public record Times(int trainings, double median, double least, double most) {}
}
