package io.github.satchel.job.window;

/**
 * What stays of a request after its end; public for the POJO serializer.
 *
 * @param forgetAt processing time at which it goes too, in milliseconds
 * @param keepArchives whether the archives outlive it
 */
public record Tombstone(long forgetAt, boolean keepArchives) {}
