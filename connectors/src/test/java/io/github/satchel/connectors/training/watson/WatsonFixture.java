package io.github.satchel.connectors.training.watson;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.connectors.training.Classifier;
import io.github.satchel.connectors.training.FollowUp;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.TrainingError;
import io.github.satchel.connectors.training.TrainingEvent;
import io.github.satchel.connectors.training.TrainingEvent.Kind;
import io.github.satchel.connectors.training.credentials.Accounts;
import io.github.satchel.connectors.training.credentials.Credentials;
import io.github.satchel.connectors.training.credentials.CredentialsDecrypter;
import io.github.satchel.connectors.training.credentials.TestKeys;
import io.github.satchel.connectors.training.operator.Retrier;
import io.github.satchel.connectors.training.operator.Trainer.Step;
import io.github.satchel.connectors.training.operator.TrainerFactory;
import io.github.satchel.connectors.training.operator.TrainingMetrics;
import io.github.satchel.connectors.training.operator.TrainingRunner;
import io.github.satchel.connectors.training.transport.HttpTransport;
import io.github.satchel.connectors.training.transport.TransportOptions;
import io.github.satchel.testing.SettableClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;

/** A trainer of one subtask with its service, and credentials "first", "second" and "third". */
public final class WatsonFixture implements AutoCloseable {

  public static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  public final Map<String, Credentials> credentials = new ConcurrentHashMap<>();
  public final FakeWatson watson = new FakeWatson();
  public final SettableClock clock = new SettableClock(NOW);
  public WatsonTrainer trainer;
  private final Path directory;
  private final Path keySet;
  private final Map<String, Counter> counters = new HashMap<>();
  private Retrier retrier;
  private TrainingRunner runner;

  @SuppressWarnings("NullAway.Init") // start() is called
  WatsonFixture(Path directory) throws IOException {
    this.directory = directory;
    this.keySet = TestKeys.write(directory);
    for (String name : List.of("first", "second", "third")) {
      credentials.put(name, new Credentials(watson.url(), "secret-key-" + name));
    }
    start(false, Options.watson(watson.url()), Options.transport(Duration.ofSeconds(2)));
  }

  /** A new life of the process: what was remembered is forgotten. */
  public void restart() {
    restart(false, Options.watson(watson.url()), Options.transport(Duration.ofSeconds(2)));
  }

  public void restart(boolean keepArchives, WatsonOptions options, TransportOptions transport) {
    retrier.close();
    trainer.close();
    start(keepArchives, options, transport);
  }

  private void start(boolean keepArchives, WatsonOptions options, TransportOptions limits) {
    TrainingMetrics metrics =
        new TrainingMetrics(
            new UnregisteredMetricsGroup() {
              @Override
              public <C extends Counter> C counter(String name, C counter) {
                counters.put(name, counter);
                return counter;
              }
            });
    retrier = new Retrier(Options.retries(), metrics, new Random(1));
    trainer =
        new WatsonTrainer(
            new TrainerFactory.Context(
                new HttpTransport(limits, clock),
                1_000_000,
                retrier,
                metrics,
                clock,
                UUID.randomUUID().toString(),
                1),
            new Accounts(
                name -> Optional.ofNullable(credentials.get(name)),
                new CredentialsDecrypter(keySet.toString(), List.of(watson.url()))),
            options);
    runner = new TrainingRunner(trainer, retrier, keepArchives, metrics, clock);
  }

  /** The training "My pets". */
  public Training pets(String id, String... credentials) throws IOException {
    return TestTrainings.pets(directory, id, credentials);
  }

  /** Credentials of the service, encrypted. */
  public String encrypted(String apiKey) {
    return TestKeys.encrypt(TestKeys.EC, TestKeys.credentials(watson.url(), apiKey));
  }

  public TrainingEvent upload(Training training) throws InterruptedException {
    return runner.run(training, sent -> {});
  }

  /** Names of the credentials that an outcome reports as rejected. */
  public static List<String> rejected(TrainingEvent outcome) {
    return outcome.upload().rejectedCredentials().stream()
        .map(TrainingEvent.RejectedCredentials::name)
        .toList();
  }

  /** Why some of them could not be tried, by name. */
  static Map<String, String> reasons(TrainingEvent outcome) {
    Map<String, String> reasons = new TreeMap<>();
    for (TrainingEvent.RejectedCredentials each : outcome.upload().rejectedCredentials()) {
      if (each.reason() != null) {
        reasons.put(each.name(), each.reason());
      }
    }
    return reasons;
  }

  public static Classifier classifier(TrainingEvent outcome) {
    assertThat(outcome.kind()).as(outcome.toString()).isEqualTo(Kind.UPLOADED);
    return Objects.requireNonNull(outcome.classifier());
  }

  public static TrainingError error(TrainingEvent outcome) {
    assertThat(outcome.kind()).as(outcome.toString()).isEqualTo(Kind.FAILED);
    return Objects.requireNonNull(outcome.error());
  }

  /** The follow-up that a step leaves. */
  static FollowUp next(Step step) {
    assertThat(step.event()).isNull();
    return Objects.requireNonNull(step.next());
  }

  /** The counters of this life that are not 0, by name. */
  public Map<String, Long> counts() {
    Map<String, Long> counts = new TreeMap<>();
    counters.forEach((name, counter) -> counts.put(name, counter.getCount()));
    counts.values().removeIf(count -> count == 0);
    return counts;
  }

  @Override
  public void close() {
    retrier.close();
    trainer.close();
    watson.close();
  }
}
