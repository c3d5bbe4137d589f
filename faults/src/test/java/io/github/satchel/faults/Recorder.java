package io.github.satchel.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.satchel.client.TopicFollower;
import io.github.satchel.contract.Json;
import io.github.satchel.contract.Topics;
import io.github.satchel.faults.History.Letter;
import io.github.satchel.faults.History.Sent;
import io.github.satchel.faults.History.Told;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Writes messages, and remembers them and everything that the job writes. */
final class Recorder implements AutoCloseable {

  /** What the job adds to a dead letter. */
  private static final int LETTER_HEADERS = 4;

  private static final int LONGEST_ID = 1_000;
  private static final Set<String> SERVED = Set.of("uploaded", "stored", "failed");

  private final KafkaProducer<byte[], byte[]> producer;
  private final List<TopicFollower> followers;
  private final AtomicLong underway = new AtomicLong();
  private final AtomicReference<@Nullable Exception> notWritten = new AtomicReference<>();
  private final ConcurrentLinkedQueue<Sent> sent = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Told> told = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Letter> letters = new ConcurrentLinkedQueue<>();
  private final Set<String> served = ConcurrentHashMap.newKeySet();
  private final ConcurrentLinkedQueue<Instant> servedAt = new ConcurrentLinkedQueue<>();
  private final Set<String> setAside = ConcurrentHashMap.newKeySet();

  /**
   * Starts to record.
   *
   * @param compression of the messages written
   */
  Recorder(String bootstrapServers, String compression) {
    producer =
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                compression,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                600_000,
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                600_000L,
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                8 << 20),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    followers =
        List.of(
            new TopicFollower(bootstrapServers, Topics.RESULTS, this::tell),
            new TopicFollower(bootstrapServers, Topics.DEAD_LETTERS, this::setAside));
    followers.forEach(TopicFollower::start);
  }

  /** Writes a message, later if the broker is away. */
  @SuppressWarnings("FutureReturnValueIgnored") // the callback is told all that it would be
  void send(ProducerRecord<byte[], byte[]> message) {
    JsonNode request = read(message.value());
    String id = request == null ? null : request.path("requestId").textValue();
    String readable = id == null || id.isEmpty() || id.length() > LONGEST_ID ? null : id;
    String digest = digest(message.key(), message.value(), List.of(message.headers().toArray()));
    underway.incrementAndGet();
    producer.send(
        message,
        (written, failure) -> {
          if (failure == null) {
            sent.add(
                new Sent(
                    place(String.valueOf(written.partition()), String.valueOf(written.offset())),
                    readable,
                    request,
                    digest));
          } else {
            notWritten.set(failure);
          }
          underway.decrementAndGet();
        });
  }

  /** How many messages have neither an outcome nor a dead letter yet. */
  long open() {
    Exception failure = notWritten.get();
    if (failure != null) {
      throw new IllegalStateException("a message could not be written", failure);
    }
    return underway.get()
        + sent.stream()
            .filter(message -> !setAside.contains(message.place()))
            .filter(message -> message.requestId() == null || !served.contains(message.requestId()))
            .count();
  }

  /** How many messages were written so far. */
  int written() {
    return sent.size();
  }

  /** How many requests were served so far. */
  int served() {
    return served.size();
  }

  /** When the first outcome of each request was read, in this order. */
  List<Instant> servedAt() {
    return List.copyOf(servedAt);
  }

  List<Sent> sent() {
    return List.copyOf(sent);
  }

  List<Told> told() {
    return List.copyOf(told);
  }

  List<Letter> letters() {
    return List.copyOf(letters);
  }

  @Override
  public void close() {
    producer.close();
    followers.forEach(TopicFollower::close);
  }

  private void tell(ConsumerRecord<byte[], byte[]> message) {
    try {
      JsonNode event = Json.MAPPER.readTree(message.value());
      String id = event.path("requestId").asText();
      Told each = new Told(id, event);
      told.add(each);
      if (SERVED.contains(each.type()) && served.add(id)) {
        servedAt.add(Instant.now());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("an event is always JSON", e);
    }
  }

  private void setAside(ConsumerRecord<byte[], byte[]> letter) {
    Header[] headers = letter.headers().toArray();
    List<Header> original = Arrays.asList(headers).subList(0, headers.length - LETTER_HEADERS);
    boolean copied = !text(letter, "satchel-reason").contains("; not copied");
    String place = place(text(letter, "satchel-partition"), text(letter, "satchel-offset"));
    letters.add(new Letter(place, copied ? digest(letter.key(), letter.value(), original) : null));
    setAside.add(place);
  }

  private static String text(ConsumerRecord<?, ?> message, String header) {
    return new String(message.headers().lastHeader(header).value(), UTF_8);
  }

  private static String place(String partition, String offset) {
    return partition + "@" + offset;
  }

  private static @Nullable JsonNode read(byte @Nullable [] value) {
    try {
      JsonNode read = value == null ? null : Json.MAPPER.readTree(value);
      return read != null && read.isObject() ? read : null;
    } catch (IOException e) {
      return null;
    }
  }

  private static String digest(
      byte @Nullable [] key, byte @Nullable [] value, List<Header> headers) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      List<byte @Nullable []> parts = new ArrayList<>();
      parts.add(key);
      parts.add(value);
      for (Header header : headers) {
        parts.add(header.key().getBytes(UTF_8));
        parts.add(header.value());
      }
      for (byte[] part : parts) {
        digest.update(ByteBuffer.allocate(4).putInt(part == null ? -1 : part.length).array());
        if (part != null) {
          digest.update(part);
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
