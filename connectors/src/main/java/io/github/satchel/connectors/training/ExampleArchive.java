package io.github.satchel.connectors.training;

import org.jspecify.annotations.Nullable;

/**
 * The examples of one class, or of all of them: a zip file of pictures.
 *
 * @param className the class, empty if the zip has a folder for each class; for Watson the zip is
 *     sent as {@code <className>_positive_examples}
 * @param uri where the zip lies, on any Flink file system; not looked at if there is content
 * @param bytes its exact size in bytes; an archive of another size is not uploaded
 * @param images number of pictures in it, 0 if that is not known
 * @param sha256 its digest in lower-case hexadecimal, null if that is not known; {@code
 *     HttpTrainerSink} needs it
 * @param content the zip itself, if it travels with its training; null if it lies at the uri
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; the POJO serializer takes arrays
public record ExampleArchive(
    String className,
    String uri,
    long bytes,
    int images,
    @Nullable String sha256,
    byte @Nullable [] content) {

  /** An archive that lies at its uri. */
  public ExampleArchive(
      String className, String uri, long bytes, int images, @Nullable String sha256) {
    this(className, uri, bytes, images, sha256, null);
  }
}
