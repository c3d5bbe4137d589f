package io.github.satchel.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.contract.Topics;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes requests, of up to 8 MB. */
public final class RequestProducer implements AutoCloseable {

  private final KafkaProducer<byte[], byte[]> producer;

  public RequestProducer(String bootstrapServers) {
    producer =
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                "zstd",
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                8 << 20),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    producer.partitionsFor(Topics.REQUESTS); // connect now, not with the first send
  }

  /** Writes a request with the key that the contract requires. */
  public Future<RecordMetadata> send(ObjectNode request) {
    return send(
        new ProducerRecord<>(
            Topics.REQUESTS,
            request.get("projectId").textValue().getBytes(UTF_8),
            request.toString().getBytes(UTF_8)));
  }

  /** Cancels a request that is still open. */
  public Future<RecordMetadata> cancel(String requestId) {
    byte[] message = RequestBuilder.cancel(requestId).toString().getBytes(UTF_8);
    return send(new ProducerRecord<>(Topics.REQUESTS, message));
  }

  /** Writes a message as it is. */
  public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> message) {
    return producer.send(message);
  }

  @Override
  public void close() {
    producer.close();
  }
}
