package io.github.satchel.job.dispatch;

/**
 * Names pictures of a request that are sent together; public for the POJO serializer.
 *
 * @param first index of the first of them
 */
public record Batch(String requestId, int first) {}
