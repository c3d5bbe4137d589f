package io.github.satchel.contract;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a failing image means for its request. */
public enum ImageFailurePolicy {
  /** The request fails, with every failing image listed. */
  @JsonProperty("fail")
  FAIL,
  /** The rest is trained with, while every label keeps enough images. */
  @JsonProperty("skip")
  SKIP
}
