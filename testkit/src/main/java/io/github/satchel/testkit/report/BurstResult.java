package io.github.satchel.testkit.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a burst; its JSON is what {@code bench burst --json} prints. Times are in seconds.
 *
 * @param outcomes number of requests by how they ended
 * @param images of all requests
 * @param classifiers that the trainer has got
 * @param seconds from the first request written to the last outcome read
 * @param p50 from request written to outcome read, of the pupils
 * @param meanToMax mean by maximum: 1 if all wait for the last, 0.5 if they end one by one
 * @param large from request written to outcome read, of the large request, if there was one
 * @param cpuSeconds of the job's processes over the burst
 * @param stages where the mean pupil's time went
 * @param processes every one, the job's first
 * @param checkpoints those triggered during the burst
 * @param bytesInFlight the most bytes of images that were seen in the fetch stage
 * @param order pupils in the order in which they ended
 * @param complaints what was not as expected, a sentence each
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BurstResult(
    String type,
    int requests,
    Map<String, Integer> outcomes,
    int classifiers,
    int images,
    double seconds,
    double imagesPerSecond,
    double p50,
    double p95,
    double max,
    double mean,
    double meanToMax,
    @Nullable Double large,
    double cpuSeconds,
    double imagesPerCpuSecond,
    Stages stages,
    List<ProcessFigures> processes,
    Checkpoints checkpoints,
    @Nullable Long bytesInFlight,
    List<String> order,
    List<String> complaints) {

  /**
   * Seconds of the mean pupil.
   *
   * @param waiting from request written until its first image is done
   * @param images until its last image is done
   * @param packing until its archives are written
   * @param uploading until its outcome is read
   */
  public record Stages(double waiting, double images, double packing, double uploading) {}

  /**
   * What a process used.
   *
   * @param cpuSeconds over the burst
   * @param peakRss the most bytes of physical memory that were seen during the burst
   * @param peakRssOfLife the most bytes of physical memory since its start
   */
  public record ProcessFigures(String name, double cpuSeconds, long peakRss, long peakRssOfLife) {}

  /**
   * Checkpoints.
   *
   * @param durations seconds from trigger to completion, in order
   */
  public record Checkpoints(int completed, int failed, List<Double> durations) {}

  /** Whether everything was as expected. */
  public boolean asExpected() {
    return complaints.isEmpty();
  }
}
