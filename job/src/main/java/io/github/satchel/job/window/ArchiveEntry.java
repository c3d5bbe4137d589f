package io.github.satchel.job.window;

/** A picture as it will lie in its archive; public for the POJO serializer. */
@SuppressWarnings("ArrayRecordComponent") // never compared; the POJO serializer takes arrays
public record ArchiveEntry(String name, byte[] content) {}
