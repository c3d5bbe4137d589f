package io.github.satchel.job;

import io.github.satchel.contract.Event;
import io.github.satchel.job.model.DeadLetter;
import io.github.satchel.job.model.RawRequest;
import io.github.satchel.job.model.RequestStatus;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;

/**
 * Where the job begins and ends: Kafka, or what a test has in its place. All else that is outside
 * goes by what the settings name: files by the scheme of their uri, web hosts and trainers by their
 * address, time by Flink's processing time.
 *
 * @param statuses what was written to {@code events}, read back
 */
record Ends(
    Source<RawRequest, ?, ?> requests,
    Source<RequestStatus, ?, ?> statuses,
    Sink<Event> events,
    Sink<DeadLetter> deadLetters) {}
