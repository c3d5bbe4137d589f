package io.github.satchel.connectors.training;

import org.jspecify.annotations.Nullable;

/**
 * The examples of one class: a zip file of pictures.
 *
 * @param className the class; for Watson the zip is sent as {@code <className>_positive_examples}
 * @param uri where the zip lies, on any Flink file system
 * @param bytes its exact size in bytes; an archive of another size is not uploaded
 * @param images number of pictures in it, 0 if that is not known
 * @param sha256 its digest in lower-case hexadecimal, null if that is not known; {@link
 *     HttpTrainerSink} needs it
 */
public record ExampleArchive(
    String className, String uri, long bytes, int images, @Nullable String sha256) {}
