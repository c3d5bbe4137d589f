package io.github.satchel.testkit.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import io.github.satchel.client.RequestProducer;
import io.github.satchel.client.Result;
import io.github.satchel.client.TopicFollower;
import io.github.satchel.contract.ContractSchema;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.Topics;
import io.github.satchel.testing.Patience;
import io.github.satchel.testkit.LocalServices;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;

/** The site in tests: it sends requests and remembers all that the job says. */
final class Site implements AutoCloseable {

  private final Map<String, List<Result>> results = new ConcurrentHashMap<>();
  private final Schema contract = ContractSchema.load("training-event.schema.json", "");
  private final List<String> breaches = new CopyOnWriteArrayList<>();
  private final Map<String, ConsumerRecord<byte[], byte[]>> deadLetters = new ConcurrentHashMap<>();
  private final RequestProducer producer;
  private final TopicFollower resultsFollower;
  private final TopicFollower deadLettersFollower;

  Site(LocalServices services) {
    String servers = services.kafka().bootstrapServers();
    producer = new RequestProducer(servers);
    resultsFollower = new TopicFollower(servers, Topics.RESULTS, this::remember);
    deadLettersFollower =
        new TopicFollower(
            servers,
            Topics.DEAD_LETTERS,
            letter ->
                deadLetters.put(
                    place(header(letter, "satchel-partition"), header(letter, "satchel-offset")),
                    letter));
    resultsFollower.start();
    deadLettersFollower.start();
  }

  private void remember(ConsumerRecord<byte[], byte[]> message) {
    Result result = Result.of(message);
    contract.validate(result.json()).forEach(error -> breaches.add(error + " in " + result.json()));
    results
        .computeIfAbsent(result.event().requestId(), id -> new CopyOnWriteArrayList<>())
        .add(result);
  }

  /** Sends a request, and returns its id. */
  String send(ObjectNode request) {
    sent(producer.send(request));
    return request.get("requestId").textValue();
  }

  /** Cancels a request. */
  void cancel(String requestId) {
    sent(producer.cancel(requestId));
  }

  /** Sends a message as it is, and says where it lies. */
  RecordMetadata send(ProducerRecord<byte[], byte[]> message) {
    return sent(producer.send(message));
  }

  private static RecordMetadata sent(Future<RecordMetadata> sending) {
    try {
      return sending.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("Kafka did not take the request", e);
    }
  }

  /** Sends a request and waits for its outcome. */
  Result train(ObjectNode request) {
    return outcome(send(request));
  }

  /** Waits for the first outcome of a request. */
  Result outcome(String requestId) {
    await(requestId)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> !outcomes(requestId).isEmpty());
    return outcomes(requestId).get(0);
  }

  /** All outcomes of a request so far. */
  List<Result> outcomes(String requestId) {
    return results(requestId).stream().filter(result -> result.event().type().isOutcome()).toList();
  }

  /** All events of a request so far, as they were read. */
  List<Result> results(String requestId) {
    return results.getOrDefault(requestId, List.of());
  }

  /** The ids of all requests that the job said anything about. */
  Set<String> requestIds() {
    return Set.copyOf(results.keySet());
  }

  /** Waits for the dead letter of a message that the job could not serve. */
  ConsumerRecord<byte[], byte[]> deadLetter(RecordMetadata message) {
    String place = place(String.valueOf(message.partition()), String.valueOf(message.offset()));
    return await("dead letter of " + message)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> deadLetters.get(place), letter -> letter != null);
  }

  private static String place(String partition, String offset) {
    return partition + "@" + offset;
  }

  static String header(ConsumerRecord<?, ?> message, String name) {
    Header header = message.headers().lastHeader(name);
    assertThat(header).as(name).isNotNull();
    return new String(header.value(), UTF_8);
  }

  /** How the requests ended that did; the same event delivered again counts once. */
  Map<String, Set<Event>> endings() {
    Map<String, Set<Event>> endings = new ConcurrentHashMap<>();
    results.forEach(
        (id, all) ->
            all.stream()
                .map(Result::event)
                .filter(event -> event.type().isOutcome())
                .forEach(event -> endings.computeIfAbsent(id, key -> new HashSet<>()).add(event)));
    return endings;
  }

  @Override
  public void close() {
    producer.close();
    resultsFollower.close();
    deadLettersFollower.close();
    assertThat(breaches).as("events that do not follow the contract").isEmpty();
  }
}
