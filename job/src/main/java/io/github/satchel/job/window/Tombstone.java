package io.github.satchel.job.window;

/**
 * What stays of a request after its end; public for the POJO serializer.
 *
 * @param forgetAt processing time at which it goes too, in milliseconds
 * @param keepArchives whether the archives outlive it
 * @param removals how often it was tried to remove what the store holds of the request
 */
public record Tombstone(long forgetAt, boolean keepArchives, int removals) {}
