package io.github.satchel.job.model;

/** A request that cannot be served, with the reason in one sentence. */
public record DeadLetter(RawRequest request, String reason) {}
