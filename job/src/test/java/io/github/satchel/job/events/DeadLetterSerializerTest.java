package io.github.satchel.job.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.job.model.DeadLetter;
import io.github.satchel.job.model.RawRequest;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema.KafkaSinkContext;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class DeadLetterSerializerTest {

  private static final int MAX_BYTES = 1_000;
  private static final KafkaSinkContext CONTEXT = new NoContext();

  private final DeadLetterSerializer serializer = new DeadLetterSerializer("letters", MAX_BYTES);

  @Test
  void aMessageWithoutATimeIsSetAsideWithoutOne() {
    assertThat(letter(Instant.ofEpochMilli(-1), List.of(), "wrong").timestamp()).isNull();
    assertThat(letter(Instant.EPOCH, List.of(), "wrong").timestamp()).isZero();
  }

  @Test
  void aReasonThatQuotesALongNameIsCutShort() {
    var letter = letter(Instant.EPOCH, List.of(), "x".repeat(50_000));

    assertThat(reason(letter)).hasSizeLessThan(1_100);
  }

  @Test
  void manyEmptyHeadersCountToo() {
    var header = new RawRequest.Header("", null);

    var letter = letter(Instant.EPOCH, Collections.nCopies(MAX_BYTES / 2, header), "wrong");

    assertThat(letter.headers()).hasSize(4);
    assertThat(reason(letter)).contains("not copied");
  }

  private ProducerRecord<?, ?> letter(Instant at, List<RawRequest.Header> headers, String reason) {
    var request = new RawRequest("requests", 1, 2, at, null, new byte[] {3}, headers);
    return serializer.serialize(new DeadLetter(request, reason), CONTEXT, null);
  }

  private static String reason(ProducerRecord<?, ?> letter) {
    return new String(letter.headers().lastHeader("satchel-reason").value(), UTF_8);
  }

  /** Never asked. */
  private static final class NoContext implements KafkaSinkContext {
    @Override
    public int getParallelInstanceId() {
      throw new UnsupportedOperationException();
    }

    @Override
    public int getNumberOfParallelInstances() {
      throw new UnsupportedOperationException();
    }

    @Override
    public int[] getPartitionsForTopic(String topic) {
      throw new UnsupportedOperationException();
    }
  }
}
