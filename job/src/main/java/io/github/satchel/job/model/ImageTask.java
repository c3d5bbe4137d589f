package io.github.satchel.job.model;

import io.github.satchel.contract.ImageLocation;
import io.github.satchel.contract.OutputFormat;
import java.time.Instant;
import java.util.List;

/**
 * One image of a request, to be fetched and resized.
 *
 * @param index position of the image in its request, counted over all labels from 0
 * @param deadline when the request ends whether or not the image is there
 * @param copies the other images of the request that are the same picture
 */
public record ImageTask(
    String requestId,
    int index,
    String label,
    ImageLocation location,
    OutputFormat format,
    Instant deadline,
    List<Copy> copies) {

  /**
   * An image that is the same picture as another one of its request.
   *
   * @param id names its entry in the label's archive
   */
  public record Copy(int index, String label, String id) {}

  /** An image of which there are no copies. */
  public ImageTask(
      String requestId,
      int index,
      String label,
      ImageLocation location,
      OutputFormat format,
      Instant deadline) {
    this(requestId, index, label, location, format, deadline, List.of());
  }
}
