package io.github.satchel.contract;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How the images of a request lie in archives. */
public enum ArchiveLayout {
  /** A zip for each label, with its images. */
  @JsonProperty("zip-per-label")
  ZIP_PER_LABEL,
  /** One zip, with a folder for each label. */
  @JsonProperty("image-folder")
  IMAGE_FOLDER
}
