package io.github.satchel.job.dispatch;

/**
 * A project's place in the queue; public for the POJO serializer.
 *
 * @param at processing time of its timer in milliseconds, which is the place
 * @param sent images that were sent in this turn so far
 * @param waiting whether it waits for answers and comes by itself only if there are none
 */
public record Turn(long at, int sent, boolean waiting) {}
