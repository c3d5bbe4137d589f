package io.github.satchel.job.model;

/**
 * How far a request is, as the job's own events tell it.
 *
 * @param known images that are done or failed; 0 once the request has ended
 * @param ended whether nothing more of it is wanted
 */
public record RequestStatus(String requestId, String projectId, int known, boolean ended) {}
