package io.github.satchel.job.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.satchel.job.model.DeadLetter;
import io.github.satchel.job.model.RawRequest;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Writes a request that cannot be served as it came: key, value and headers unchanged, and headers
 * {@code satchel-topic}, {@code satchel-partition}, {@code satchel-offset}, {@code satchel-reason}
 * that say where it stood and what is wrong with it.
 */
public final class DeadLetterSerializer implements KafkaRecordSerializationSchema<DeadLetter> {

  private final String topic;

  public DeadLetterSerializer(String topic) {
    this.topic = topic;
  }

  @Override
  public ProducerRecord<byte @Nullable [], byte @Nullable []> serialize(
      DeadLetter letter, KafkaSinkContext context, @Nullable Long timestamp) {
    RawRequest request = letter.request();
    RecordHeaders headers = new RecordHeaders();
    request.headers().forEach(header -> headers.add(header.name(), header.value()));
    headers.add("satchel-topic", request.topic().getBytes(UTF_8));
    headers.add("satchel-partition", String.valueOf(request.partition()).getBytes(UTF_8));
    headers.add("satchel-offset", String.valueOf(request.offset()).getBytes(UTF_8));
    headers.add("satchel-reason", letter.reason().getBytes(UTF_8));
    return new ProducerRecord<>(
        topic, null, request.timestamp().toEpochMilli(), request.key(), request.value(), headers);
  }
}
