package io.github.satchel.connectors.training.operator;

import io.github.satchel.connectors.training.transport.TransportOptions;
import java.io.Serializable;
import java.time.Duration;

/** The settings that all sinks share, checked by their builders, which describe them. */
record TrainingOptions(
    int maxConcurrentUploads,
    long maxUploadBytes,
    long maxHeapBytes,
    Duration progressInterval,
    TransportOptions transport,
    RetryPolicy retries,
    boolean keepArchives,
    Duration remember)
    implements Serializable {}
