package io.github.satchel.job.quota;

import org.jspecify.annotations.Nullable;

/** A request that has an outcome, and whose quotas it counted in. */
public record EndedRequest(String requestId, @Nullable String classId, String userId) {}
