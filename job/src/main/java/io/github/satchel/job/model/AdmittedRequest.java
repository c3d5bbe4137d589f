package io.github.satchel.job.model;

import io.github.satchel.contract.TrainingRequest;
import java.time.Instant;

/**
 * A request that is being served.
 *
 * @param deadline when it ends, with whatever images it has
 */
public record AdmittedRequest(TrainingRequest request, Instant deadline) {}
