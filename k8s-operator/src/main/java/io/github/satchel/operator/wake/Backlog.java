package io.github.satchel.operator.wake;

import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** What a consumer group has not read yet, and when something was last written. */
public final class Backlog {

  private final Admin admin;
  private final String group;
  private final String requests;
  private final String results;

  /**
   * A backlog.
   *
   * @param admin of the cluster with the topics, which stays the caller's
   * @param group the job's
   */
  public Backlog(Admin admin, String group, String requests, String results) {
    this.admin = admin;
    this.group = group;
    this.requests = requests;
    this.results = results;
  }

  /**
   * Requests that the group has not read. The job commits its position with each checkpoint, also
   * with the savepoint that it is suspended with.
   */
  public long waiting() throws IOException, InterruptedException {
    try {
      Map<TopicPartition, OffsetAndMetadata> committed =
          admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
      Map<TopicPartition, ListOffsetsResultInfo> first =
          offsets(List.of(requests), OffsetSpec.earliest());
      return offsets(List.of(requests), OffsetSpec.latest()).entrySet().stream()
          .mapToLong(
              end -> {
                OffsetAndMetadata position = committed.get(end.getKey());
                long begin = Objects.requireNonNull(first.get(end.getKey())).offset();
                return end.getValue().offset()
                    - Math.max(begin, position == null ? begin : position.offset());
              })
          .sum();
    } catch (ExecutionException e) {
      throw new IOException("Kafka does not say what waits: " + e.getCause(), e);
    }
  }

  /** When the newest request or event was written; the epoch if there is none. */
  Instant newest() throws IOException, InterruptedException {
    try {
      return offsets(List.of(requests, results), OffsetSpec.maxTimestamp()).values().stream()
          .map(each -> Instant.ofEpochMilli(Math.max(0, each.timestamp())))
          .max(Instant::compareTo)
          .orElse(Instant.EPOCH);
    } catch (ExecutionException e) {
      throw new IOException("Kafka does not say what is newest: " + e.getCause(), e);
    }
  }

  private Map<TopicPartition, ListOffsetsResultInfo> offsets(List<String> topics, OffsetSpec which)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetSpec> partitions = new HashMap<>();
    admin
        .describeTopics(topics)
        .allTopicNames()
        .get()
        .forEach(
            (topic, description) ->
                description
                    .partitions()
                    .forEach(
                        each ->
                            partitions.put(new TopicPartition(topic, each.partition()), which)));
    return admin.listOffsets(partitions).all().get().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }
}
