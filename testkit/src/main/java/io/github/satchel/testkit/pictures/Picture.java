package io.github.satchel.testkit.pictures;

/** A picture as it is served or stored. Its bytes are shared: do not change them. */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record Picture(byte[] bytes, String contentType) {}
