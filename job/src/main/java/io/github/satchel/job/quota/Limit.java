package io.github.satchel.job.quota;

import java.io.Serializable;

/**
 * What may come in a minute, and at once after a minute of silence.
 *
 * @param requests how many, at least 1
 * @param pictures of all these requests, at least 1
 */
public record Limit(int requests, int pictures) implements Serializable {

  static final int NONE = Integer.MAX_VALUE;

  boolean isSet() {
    return requests != NONE || pictures != NONE;
  }
}
