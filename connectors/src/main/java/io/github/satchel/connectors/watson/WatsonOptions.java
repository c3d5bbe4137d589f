package io.github.satchel.connectors.watson;

import java.io.Serializable;
import java.time.Duration;

/** The settings of a {@link WatsonSink}, checked by its builder, which describes them. */
record WatsonOptions(
    String iamUrl,
    String version,
    int maxConcurrentUploads,
    int maxQueuedTrainings,
    Duration connectTimeout,
    Duration responseTimeout,
    Duration uploadTimeout,
    RetryPolicy retries,
    boolean keepArchives)
    implements Serializable {}
