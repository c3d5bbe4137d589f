package io.github.satchel.job;

import io.github.satchel.contract.Event;
import io.github.satchel.job.model.DeadLetter;
import io.github.satchel.job.model.FetchedImage;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.RawRequest;
import io.github.satchel.job.model.RequestStatus;
import io.github.satchel.job.model.ResizedImage;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.streaming.api.functions.async.AsyncFunction;

/**
 * Where the job begins and ends, and the stages that reach the web or native code: Kafka, or what a
 * test has in its place. All else that is outside goes by what the settings name: files by the
 * scheme of their URI, trainers by their address, time by Flink's processing time.
 *
 * @param statuses what was written to {@code events}, read back
 * @param fetch downloads an image
 * @param resize makes it 224 × 224 pixels
 */
record Ends(
    Source<RawRequest, ?, ?> requests,
    Source<RequestStatus, ?, ?> statuses,
    AsyncFunction<ImageTask, FetchedImage> fetch,
    MapFunction<FetchedImage, ResizedImage> resize,
    Sink<Event> events,
    Sink<DeadLetter> deadLetters) {}
