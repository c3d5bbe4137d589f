package io.github.satchel.job.fetch.source;

import io.github.satchel.job.model.Validators;
import java.util.List;

/**
 * What a server told of a picture beside the picture.
 *
 * @param storable whether it may be kept
 * @param hosts {@code scheme://host:port} of every hop that led to it; none for an object store
 */
public record Origin(boolean storable, Validators validators, List<String> hosts) {

  public Origin reachedBy(List<String> hops) {
    return new Origin(storable, validators, hops);
  }
}
