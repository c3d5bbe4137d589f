package io.github.satchel.connectors.watson;

/**
 * The examples of one class: a zip file of pictures.
 *
 * @param className the class, sent as the part {@code <className>_positive_examples}
 * @param uri where the zip lies, on any Flink file system
 * @param bytes its exact size in bytes; an archive of another size is not uploaded
 */
public record ExampleArchive(String className, String uri, long bytes) {}
