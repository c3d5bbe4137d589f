package io.github.satchel.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonPointer;
import org.jspecify.annotations.Nullable;

/**
 * One failure of a request, as its event lists it.
 *
 * @param label the label concerned
 * @param location the image or the field concerned
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Failure(
    FailureCode code, String message, @Nullable String label, @Nullable Location location) {

  /**
   * What a failure is about: an image in the words of its request, or a place in the request.
   *
   * @param type of an image: download or retrieve
   * @param pointer RFC 6901 pointer into the request
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Location(
      ImageLocation.@Nullable Type type,
      @Nullable String imageid,
      @Nullable String url,
      @Nullable StoredImage spec,
      @Nullable String pointer) {}

  /** A failure of one image. */
  public static Failure ofImage(
      FailureCode code, String message, String label, ImageLocation image) {
    return new Failure(
        code,
        message,
        label,
        new Location(image.type(), image.imageid(), image.url(), image.spec(), null));
  }

  /** A failure of all images of a label together. */
  public static Failure ofLabel(FailureCode code, String message, String label) {
    JsonPointer pointer = JsonPointer.empty().appendProperty("labels").appendProperty(label);
    return new Failure(
        code, message, label, new Location(null, null, null, null, pointer.toString()));
  }

  /** A failure of the part of the request that an RFC 6901 pointer names. */
  public static Failure ofField(String message, String pointer) {
    return ofField(FailureCode.INVALID_REQUEST, message, pointer);
  }

  /** A failure for which the part of the request that an RFC 6901 pointer names is the reason. */
  public static Failure ofField(FailureCode code, String message, String pointer) {
    return new Failure(code, message, null, new Location(null, null, null, null, pointer));
  }
}
