package io.github.satchel.testkit.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.satchel.client.RequestBuilder;
import io.github.satchel.contract.Event;
import io.github.satchel.job.SatchelOptions;
import io.github.satchel.operator.wake.Deployment;
import io.github.satchel.operator.wake.WakeController;
import io.github.satchel.testkit.JobSettings;
import io.github.satchel.testkit.LocalServices;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The controller of {@code k8s-operator/components/wake-on-request} with real Kafka and a real job.
 * The API server is a stand-in, and so is the operator: {@code satchel run} is started and ended as
 * the deployment's state says.
 */
class WakeAttack {

  private static final String KEY = "pool-1";

  /** Long enough for a request on a busy machine to say something. */
  private static final Duration IDLE_AFTER = Duration.ofSeconds(10);

  @TempDir private Path directory;

  @Test
  void anIdleJobSleepsAndTheNextRequestWakesIt() throws Exception {
    Path token = Files.writeString(directory.resolve("token"), "a-token\n");
    try (LocalServices services =
            LocalServices.builder(directory.resolve("services")).watsonKeys(1, 10).start();
        Site site = new Site(services);
        KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(
                Map.of(
                    ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                    services.endpoints().bootstrapServers(),
                    ConsumerConfig.GROUP_ID_CONFIG,
                    SatchelOptions.KAFKA_GROUP_ID.defaultValue()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        ApiServer api = new ApiServer(configuration(services), directory)) {
      services.pictures().drawAll();
      WakeController controller =
          new WakeController(
              consumer,
              SatchelOptions.KAFKA_REQUESTS_TOPIC.defaultValue(),
              SatchelOptions.KAFKA_RESULTS_TOPIC.defaultValue(),
              new Deployment(HttpClient.newHttpClient(), api.uri(), "school", "satchel", token),
              IDLE_AFTER,
              Clock.systemUTC());
      controller.look();
      assertThat(api.job).as("nothing waits").isNull();

      serve(site, services, controller, "first");
      await("asleep").until(() -> look(controller) && api.job == null);
      assertThat(controller.waiting()).as("what was read is committed").isZero();
      controller.look();
      assertThat(api.job).as("it does not wake by itself").isNull();
      serve(site, services, controller, "second");

      assertThat(site.endings()).containsOnlyKeys("first", "second");
      assertThat(site.endings().values())
          .allSatisfy(
              endings ->
                  assertThat(endings)
                      .singleElement()
                      .extracting(Event::type)
                      .isEqualTo(Event.Type.UPLOADED));
    }
  }

  private static void serve(Site site, LocalServices services, WakeController controller, String id)
      throws Exception {
    long start = System.nanoTime();
    site.send(request(services, id));
    await("outcome of " + id)
        .pollInterval(Duration.ofMillis(500))
        .until(() -> look(controller) && site.endings().containsKey(id));
    System.out.printf(
        "asleep until woken, %s request: outcome after %.1f s%n",
        id, (System.nanoTime() - start) / 1e9);
  }

  private static boolean look(WakeController controller) throws Exception {
    controller.look();
    return true;
  }

  private Path configuration(LocalServices services) throws IOException {
    Path file = directory.resolve("satchel.yaml");
    JobSettings.write(JobSettings.of(services.endpoints()), file);
    return file;
  }

  private static ObjectNode request(LocalServices services, String id) {
    RequestBuilder request = new RequestBuilder(id, "project-" + id, "pupil", "Pets").watson(KEY);
    for (int i = 0; i < 20; i++) {
      request.download(i < 10 ? "cat" : "dog", "image-" + i, services.pictures().pictureUrl(i));
    }
    return request.json();
  }

  /** Has one deployment, which is suspended to begin with. */
  private static final class ApiServer implements AutoCloseable {

    private final HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    private final Path configuration;
    private final Path directory;
    private int starts;
    volatile @Nullable JobProcess job;

    ApiServer(Path configuration, Path directory) throws IOException {
      this.configuration = configuration;
      this.directory = directory;
      server.createContext(
          "/apis/flink.apache.org/v1beta1/namespaces/school/flinkdeployments/satchel",
          this::answer);
      server.start();
    }

    URI uri() {
      return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private void answer(HttpExchange exchange) throws IOException {
      String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      boolean allowed =
          "Bearer a-token".equals(exchange.getRequestHeaders().getFirst("Authorization"));
      if (allowed && exchange.getRequestMethod().equals("PATCH")) {
        reconcile(body);
      }
      String state = job == null ? "suspended" : "running";
      byte[] answer = "{\"spec\":{\"job\":{\"state\":\"%s\"}}}".formatted(state).getBytes(UTF_8);
      exchange.sendResponseHeaders(allowed ? 200 : 403, answer.length);
      exchange.getResponseBody().write(answer);
      exchange.close();
    }

    private void reconcile(String patch) throws IOException {
      JobProcess running = job;
      if (patch.contains("suspended") && running != null) {
        try {
          running.stop();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        job = null;
      } else if (patch.contains("running") && running == null) {
        job = JobProcess.start(configuration, directory, "start-" + ++starts);
      }
    }

    @Override
    public void close() throws IOException {
      server.stop(0);
      JobProcess running = job;
      if (running != null) {
        running.close();
      }
    }
  }
}
