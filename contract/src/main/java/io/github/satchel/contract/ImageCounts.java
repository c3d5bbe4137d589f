package io.github.satchel.contract;

/**
 * How far the images of a request are.
 *
 * @param done images ready for their archive
 * @param failed images that will never be
 */
public record ImageCounts(int total, int done, int failed) {}
