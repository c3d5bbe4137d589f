package io.github.satchel.operator.wake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.github.satchel.testing.SettableClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WakeControllerTest {

  private static final Duration IDLE_AFTER = Duration.ofMinutes(45);
  private static final TopicPartition REQUESTS = new TopicPartition("requests", 0);
  private static final TopicPartition RESULTS = new TopicPartition("results", 0);

  private final SettableClock clock = new SettableClock(Instant.parse("2026-11-28T08:00:00Z"));
  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");
  private volatile String state = "running";
  private volatile int answer = 200;

  private HttpServer api;
  private WakeController controller;

  @BeforeEach
  void start(@TempDir Path directory) throws IOException {
    api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api.createContext(
        "/apis/flink.apache.org/v1beta1/namespaces/school/flinkdeployments/satchel",
        exchange -> {
          String patch = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
          if (!patch.isEmpty()) {
            state = patch.contains("suspended") ? "suspended" : "running";
          }
          byte[] body = "{\"spec\":{\"job\":{\"state\":\"%s\"}}}".formatted(state).getBytes(UTF_8);
          exchange.sendResponseHeaders(answer, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    api.start();
    for (TopicPartition each : List.of(REQUESTS, RESULTS)) {
      consumer.updatePartitions(
          each.topic(),
          List.of(new PartitionInfo(each.topic(), 0, Node.noNode(), new Node[0], new Node[0])));
    }
    consumer.updateBeginningOffsets(Map.of(REQUESTS, 5L, RESULTS, 0L));
    consumer.updateEndOffsets(Map.of(REQUESTS, 5L, RESULTS, 0L));
    controller =
        new WakeController(
            consumer,
            REQUESTS.topic(),
            RESULTS.topic(),
            new Deployment(
                HttpClient.newHttpClient(),
                URI.create("http://127.0.0.1:" + api.getAddress().getPort()),
                "school",
                "satchel",
                Files.writeString(directory.resolve("token"), "a-token\n")),
            IDLE_AFTER,
            clock);
  }

  @AfterEach
  void stop() {
    api.stop(0);
    consumer.close();
  }

  @Test
  void aJobIsSuspendedOnceNothingHasBeenWrittenForAWhile() throws Exception {
    controller.look();
    clock.advance(IDLE_AFTER.minusSeconds(1));
    consumer.updateEndOffsets(Map.of(RESULTS, 1L));
    controller.look();
    clock.advance(IDLE_AFTER);
    controller.look();
    assertThat(state).as("an event was written meanwhile").isEqualTo("running");

    clock.advance(Duration.ofSeconds(1));
    controller.look();
    assertThat(state).isEqualTo("suspended");
  }

  @Test
  void aJobWithRequestsToReadIsNotSuspended() throws Exception {
    consumer.updateEndOffsets(Map.of(REQUESTS, 7L));
    controller.look();
    clock.advance(IDLE_AFTER.multipliedBy(2));
    controller.look();

    assertThat(controller.waiting()).isEqualTo(2);
    assertThat(state).isEqualTo("running");
  }

  @Test
  void aRequestThatIsNotReadWakesTheJob() throws Exception {
    controller.look();
    state = "suspended";
    consumer.updateEndOffsets(Map.of(REQUESTS, 7L));
    consumer.commitSync(Map.of(REQUESTS, new OffsetAndMetadata(7)));
    controller.look();
    assertThat(state).as("all are read").isEqualTo("suspended");

    consumer.updateEndOffsets(Map.of(REQUESTS, 8L));
    controller.look();
    assertThat(state).isEqualTo("running");
  }

  @Test
  void whatTheApiServerRefusesIsTold() {
    answer = 403;

    assertThatThrownBy(controller::look)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("403")
        .hasMessageContaining("flinkdeployments/satchel");
  }
}
