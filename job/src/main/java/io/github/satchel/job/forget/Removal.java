package io.github.satchel.job.forget;

import io.github.satchel.job.model.Forget;
import org.jspecify.annotations.Nullable;

/**
 * That no stage has anything of a request any more, and only its files are left.
 *
 * @param requestId null if there is no request to forget
 * @param classifierDeleted whether it had a classifier, which is deleted
 * @param remaining what could not be removed, a sentence; null for nothing
 */
public record Removal(
    Forget forget,
    @Nullable String requestId,
    boolean classifierDeleted,
    @Nullable String remaining) {}
