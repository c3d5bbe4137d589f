package io.github.satchel.job.forget;

import io.github.satchel.job.model.Subject;
import java.time.Instant;

/**
 * That a request is of a subject, or that the subject is to be forgotten.
 *
 * @param requestId that of the request, or of the forget
 * @param forgets whether this is a forget
 * @param at time stamp of the message
 */
public record Mention(Subject subject, String requestId, boolean forgets, Instant at) {}
