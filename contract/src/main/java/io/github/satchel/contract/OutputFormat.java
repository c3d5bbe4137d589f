package io.github.satchel.contract;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What the pictures of a request become. */
public enum OutputFormat {
  /** JPEG stays JPEG, everything else becomes PNG. */
  @JsonProperty("auto")
  AUTO,
  /** PNG. */
  @JsonProperty("png")
  PNG,
  /** JPEG, transparency on white. */
  @JsonProperty("jpeg")
  JPEG
}
