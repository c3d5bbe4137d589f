package io.github.satchel.testkit.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalKafkaIT {
  private static final TopicPartition PARTITION = new TopicPartition("requests", 0);

  @Test
  void anEightMegabyteRecordOutlivesARestartOnTheSameDirectory(@TempDir Path directory)
      throws Exception {
    byte[] record = new byte[LocalKafka.MAX_MESSAGE_BYTES - 1024];
    new Random(1).nextBytes(record);
    try (LocalKafka kafka = LocalKafka.start(directory, 0)) {
      kafka.createTopic(PARTITION.topic(), 1, Map.of());
      produce(kafka, record);
    }
    try (LocalKafka kafka = LocalKafka.start(directory, 0)) {
      kafka.createTopic(PARTITION.topic(), 1, Map.of());
      assertThat(consume(kafka)).isEqualTo(record);
      assertThatThrownBy(() -> produce(kafka, new byte[LocalKafka.MAX_MESSAGE_BYTES]))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(RecordTooLargeException.class);
    }
  }

  private static void produce(LocalKafka kafka, byte[] value) throws Exception {
    Map<String, Object> config =
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            kafka.bootstrapServers(),
            ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
            2 * LocalKafka.MAX_MESSAGE_BYTES);
    try (var producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer
          .send(new ProducerRecord<>(PARTITION.topic(), PARTITION.partition(), null, value))
          .get();
    }
  }

  private static byte[] consume(LocalKafka kafka) {
    Map<String, Object> config =
        Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrapServers());
    try (var consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(PARTITION));
      consumer.seekToBeginning(List.of(PARTITION));
      Instant giveUp = Instant.now().plusSeconds(30);
      while (Instant.now().isBefore(giveUp)) {
        for (var record : consumer.poll(Duration.ofSeconds(1))) {
          return record.value();
        }
      }
      throw new AssertionError("no record arrived");
    }
  }
}
