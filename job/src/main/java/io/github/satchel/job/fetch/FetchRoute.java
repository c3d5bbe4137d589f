package io.github.satchel.job.fetch;

import io.github.satchel.contract.ImageLocation;
import io.github.satchel.job.fetch.source.WebAddress;
import io.github.satchel.job.model.ImageTask;
import java.util.Objects;
import org.apache.flink.api.java.functions.KeySelector;

/**
 * Leads the images of a host to one subtask of the fetch stage, so that what a task manager knows
 * about a host holds for the whole job: its limits, downloads in common, and batches of questions
 * to Wikimedia. The images of a large request spill over to three more subtasks. Stored images
 * spread evenly.
 *
 * <p>Depends on the image alone, as a key must.
 */
public final class FetchRoute implements KeySelector<ImageTask, String> {

  /** Images of a request before others spill over. */
  static final int SPILL_AFTER = 500;

  /** Subtasks that a host has at most. */
  static final int SUBTASKS_OF_HOST = 4;

  @Override
  public String getKey(ImageTask task) {
    ImageLocation location = task.location();
    return switch (location.type()) {
      case DOWNLOAD -> ofHost(Objects.requireNonNull(location.url()), task.index());
      case RETRIEVE -> Objects.requireNonNull(location.spec()).key();
    };
  }

  /** By the address where it spills over, so that images of one address still share a download. */
  private static String ofHost(String url, int index) {
    String host;
    try {
      host = WebAddress.parse(url).host();
    } catch (IllegalArgumentException e) {
      return url;
    }
    int subtask = index < SPILL_AFTER ? 0 : Math.floorMod(url.hashCode(), SUBTASKS_OF_HOST);
    return host + ' ' + subtask;
  }
}
