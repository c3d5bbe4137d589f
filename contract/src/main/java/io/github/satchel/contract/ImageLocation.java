package io.github.satchel.contract;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where an image is, in the words of the request; failures give it back so that the site can offer
 * to delete the image.
 *
 * @param imageid the image's id; a stored image may go without and is then known by its object's id
 * @param url for {@link Type#DOWNLOAD}
 * @param spec for {@link Type#RETRIEVE}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ImageLocation(
    Type type, @Nullable String imageid, @Nullable String url, @Nullable StoredImage spec) {

  /** How an image is come by. */
  public enum Type {
    /** From the web. */
    @JsonProperty("download")
    DOWNLOAD,
    /** From object storage. */
    @JsonProperty("retrieve")
    RETRIEVE
  }

  /** What says that two images are the same picture: the address on the web, or in the store. */
  @JsonIgnore
  public String address() {
    return switch (type) {
      case DOWNLOAD -> "web " + url;
      case RETRIEVE -> "store " + Objects.requireNonNull(spec).key();
    };
  }

  /** The id that names the image's entry in its archive. */
  @JsonIgnore
  public String id() {
    return imageid != null ? imageid : Objects.requireNonNull(spec).objectid();
  }
}
