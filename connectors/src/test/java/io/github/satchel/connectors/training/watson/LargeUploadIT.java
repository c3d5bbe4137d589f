package io.github.satchel.connectors.training.watson;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.satchel.connectors.training.ExampleArchive;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.TrainingEvent;
import io.github.satchel.connectors.training.TrainingEvent.Kind;
import io.github.satchel.connectors.training.credentials.Accounts;
import io.github.satchel.connectors.training.credentials.Credentials;
import io.github.satchel.connectors.training.credentials.Credentials.Auth;
import io.github.satchel.connectors.training.operator.Retrier;
import io.github.satchel.connectors.training.operator.TrainerFactory;
import io.github.satchel.connectors.training.operator.TrainingMetrics;
import io.github.satchel.connectors.training.operator.TrainingRunner;
import io.github.satchel.connectors.training.transport.HttpTransport;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LargeUploadIT {

  private static final long ARCHIVE_BYTES = 85_000_000;
  private static final long MEASURED_EVERY = 32_000_000;
  private static final long ALLOWED_HEAP = 32 << 20;

  private final AtomicLong received = new AtomicLong();
  private final AtomicLong mostHeap = new AtomicLong();

  @Test
  void theLargestCallGoesUpInLessThan32MegabytesOfHeap(@TempDir Path directory) throws Exception {
    List<ExampleArchive> archives = new ArrayList<>();
    for (String name : List.of("cat", "dog", "owl")) {
      Path zip = directory.resolve(name + ".zip");
      try (RandomAccessFile sparse = new RandomAccessFile(zip.toFile(), "rw")) {
        sparse.setLength(ARCHIVE_BYTES);
      }
      archives.add(new ExampleArchive(name, zip.toUri().toString(), ARCHIVE_BYTES, 10_000, null));
    }
    Training training =
        new Training(
            "r1",
            "My pets",
            archives,
            directory.resolve("upload.json").toUri().toString(),
            TestTrainings.named("first"),
            List.of(),
            Map.of());
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.start();
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    Clock clock = Clock.systemUTC();
    TrainingMetrics metrics =
        new TrainingMetrics(UnregisteredMetricsGroup.createSinkWriterMetricGroup());
    Retrier retrier = new Retrier(Options.retries(), metrics, new Random(1));
    try (WatsonTrainer trainer =
        new WatsonTrainer(
            new TrainerFactory.Context(
                new HttpTransport(Options.transport(Duration.ofMinutes(1)), clock),
                512_000_000,
                retrier,
                metrics,
                clock,
                "LargeUploadIT",
                1),
            new Accounts(name -> Optional.of(new Credentials(url, "key", Auth.BASIC)), null),
            Options.watson(url))) {
      TrainingRunner runner = new TrainingRunner(trainer, retrier, false, metrics, clock);
      long idle = liveHeap();

      TrainingEvent outcome = runner.run(training, sent -> {});

      assertThat(outcome.kind()).as(outcome.toString()).isEqualTo(Kind.UPLOADED);
      assertThat(received).hasValueGreaterThan(3 * ARCHIVE_BYTES);
      assertThat(mostHeap.get() - idle).isLessThan(ALLOWED_HEAP);
    } finally {
      server.stop(0);
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    byte[] buffer = new byte[64 << 10];
    InputStream body = exchange.getRequestBody();
    for (int read; (read = body.read(buffer)) >= 0; ) {
      if ((received.get() + read) / MEASURED_EVERY > received.get() / MEASURED_EVERY) {
        mostHeap.accumulateAndGet(liveHeap(), Math::max);
      }
      received.addAndGet(read);
    }
    byte[] answer =
        (exchange.getRequestMethod().equals("GET")
                ? "{\"classifiers\":[]}"
                : "{\"classifier_id\":\"My_pets_1\",\"name\":\"My pets\",\"status\":\"training\"}")
            .getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  private static long liveHeap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
