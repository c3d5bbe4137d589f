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
 * that say where it stood and what is wrong with it. A letter that would be larger than a message
 * may be has these headers only: what it is about is still where they say.
 */
public final class DeadLetterSerializer implements KafkaRecordSerializationSchema<DeadLetter> {

  /** Longest reason, in characters: it quotes names of the request, which may be long. */
  private static final int MAX_REASON = 1_000;

  /** Most bytes that a header has besides its name and value: their lengths. */
  private static final int HEADER_OVERHEAD = 10;

  private final String topic;
  private final int maxBytes;

  /**
   * Writes to a topic.
   *
   * @param maxBytes largest key, value and headers together that are copied
   */
  public DeadLetterSerializer(String topic, int maxBytes) {
    this.topic = topic;
    this.maxBytes = maxBytes;
  }

  @Override
  public ProducerRecord<byte @Nullable [], byte @Nullable []> serialize(
      DeadLetter letter, KafkaSinkContext context, @Nullable Long timestamp) {
    RawRequest request = letter.request();
    long size = size(request);
    boolean fits = size <= maxBytes;
    RecordHeaders headers = new RecordHeaders();
    if (fits) {
      request.headers().forEach(header -> headers.add(header.name(), header.value()));
    }
    String wrong =
        letter.reason().length() <= MAX_REASON
            ? letter.reason()
            : letter.reason().substring(0, MAX_REASON) + "…";
    String reason = fits ? wrong : wrong + "; not copied, as it has " + size + " bytes";
    headers.add("satchel-topic", request.topic().getBytes(UTF_8));
    headers.add("satchel-partition", String.valueOf(request.partition()).getBytes(UTF_8));
    headers.add("satchel-offset", String.valueOf(request.offset()).getBytes(UTF_8));
    headers.add("satchel-reason", reason.getBytes(UTF_8));
    long at = request.timestamp().toEpochMilli();
    return new ProducerRecord<>(
        topic,
        null,
        at < 0 ? null : at, // there are clients that write none, which is read as -1
        fits ? request.key() : null,
        fits ? request.value() : null,
        headers);
  }

  private static long size(RawRequest request) {
    long size = length(request.key()) + length(request.value());
    for (RawRequest.Header header : request.headers()) {
      size += header.name().getBytes(UTF_8).length + length(header.value()) + HEADER_OVERHEAD;
    }
    return size;
  }

  private static long length(byte @Nullable [] bytes) {
    return bytes == null ? 0 : bytes.length;
  }
}
