package io.github.satchel.testkit.watson;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.satchel.testkit.http.Binding;
import io.github.satchel.testkit.http.LoopbackServer;
import io.github.satchel.trainer.api.ApiHandler;
import io.github.satchel.trainer.api.CallKind;
import io.github.satchel.trainer.api.Forms;
import io.github.satchel.trainer.api.Iam;
import io.github.satchel.trainer.api.ImageFetcher;
import io.github.satchel.trainer.api.Key;
import io.github.satchel.trainer.api.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.util.FileUtils;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An emulator of Watson Visual Recognition v3 and of IBM's IAM, on the loopback interface: it holds
 * callers to the rules of the real service, and answers in its shapes. Uploads are spooled to disk.
 * Nothing is learnt: training ends when its time is over. Classifiers are forgotten on close,
 * unless {@link Builder#keepIn} says otherwise.
 */
public final class WatsonEmulator implements AutoCloseable {
  /** How many calls {@link #history()} remembers, the latest ones. */
  public static final int MAX_HISTORY = 10_000;

  /** The endpoint that takes archives as docs/http-trainer.md has it. */
  public static final String RECEIVER = ArchiveReceiver.NAME;

  private static final Logger LOG = LoggerFactory.getLogger(WatsonEmulator.class);
  private static final int MAX_THREADS = 128;
  private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(5);

  private final Map<String, Plan> plans = new LinkedHashMap<>();
  private final @Nullable Journal journal;
  private final History history;
  private final Pause pause;
  private final Faults faults;
  private final Iam iam;
  private final Path spool;
  private final LoopbackServer server;

  private WatsonEmulator(Builder builder) throws IOException {
    for (Builder.Terms terms : builder.plans) {
      var key =
          new Key(terms.keyName(), terms.apikey(), terms.slots(), builder.limits, builder.clock);
      plans.put(terms.keyName(), new Plan(key, builder.reappearAfter, builder.clock));
    }
    journal = builder.directory == null ? null : new Journal(builder.directory);
    history = new History(MAX_HISTORY, journal);
    if (journal != null) {
      journal.found().forEach(this::restore);
    }
    pause = new Pause(builder.latency);
    spool = Files.createTempDirectory("satchel-watson-");
    faults = new Faults(builder.faultRates);
    iam =
        new Iam(plans.values().stream().map(Plan::key).toList(), builder.clock, builder.tokenLife);
    var forms = new Forms(builder.limits.maxCallBytes(), spool);
    var api =
        new ApiHandler(
            iam,
            new Emulation(plans, builder.clock, builder.trainingTime, faults),
            forms,
            ImageFetcher.NONE,
            (key, kind) ->
                new Mishap(
                    faults.next(key.name(), kind),
                    pause,
                    history,
                    builder.clock,
                    plans.get(key.name())),
            builder.limits);
    // A signature's age is real, whatever time it is at Watson.
    var receiver = new ArchiveReceiver(forms, builder.limits, Clock.systemUTC(), history);
    var records = new Records(plans.values(), history, builder.clock);
    var paths = new EmulatorPaths(records, receiver, faults, history, pause);
    server =
        LoopbackServer.start(
            "satchel-watson",
            builder.binding,
            MAX_THREADS,
            IDLE_TIMEOUT,
            new Handler.Sequence(api, paths));
    LOG.info("The Watson emulator listens at {}", server.uri());
  }

  public static Builder builder() {
    return new Builder();
  }

  /** The base URL of the service, to which {@code /v3/classifiers} is added. */
  public String url() {
    return server.uri().toString();
  }

  /** Where tokens are issued, path included. */
  public String iamUrl() {
    return url() + ApiHandler.TOKEN_PATH;
  }

  /** Every classifier there is now, plan by plan, oldest first. */
  public List<Classifier> classifiers() {
    return plans.values().stream().flatMap(plan -> plan.classifiers().stream()).toList();
  }

  /** The latest calls that changed something or tried to, oldest first. */
  public List<Call> history() {
    return history.calls();
  }

  /**
   * Plans faults for the next calls of a kind, one each, after those planned before.
   *
   * @param keyName of a key, or {@link #RECEIVER}
   */
  public void failNext(String keyName, CallKind kind, Fault... next) {
    faults.plan(
        keyName.equals(RECEIVER) ? keyName : plan(keyName).key().name(), kind, List.of(next));
  }

  /** Plans faults for the next creates with a key, one each, after those planned before. */
  public void failNextCreates(String keyName, Fault... next) {
    failNext(keyName, CallKind.CREATE, next);
  }

  /** Has the next trainings end as failed, each for one of these reasons. */
  public void failNextTrainings(String keyName, String... explanations) {
    faults.planTrainings(plan(keyName).key().name(), List.of(explanations));
  }

  /** Makes every token so far worthless that was given for a key, which stays good. */
  public void revokeTokens(String keyName) {
    iam.revokeTokens(plan(keyName).key());
  }

  /** Changes what the service thinks of a key from now on. */
  public void setKeyState(String keyName, Key.State state) {
    plan(keyName).key().state(state);
  }

  /**
   * Writes {@code <keyName>.json} with {@code url} and {@code apikey} for each key, and for the
   * endpoint {@link #RECEIVER} with {@code url} and {@code secret}.
   */
  public void writeCredentials(Path directory) throws IOException {
    Files.createDirectories(directory);
    var mapper = JsonMapper.builder().build();
    for (Plan plan : plans.values()) {
      mapper.writeValue(
          directory.resolve(plan.key().name() + ".json").toFile(),
          Map.of("url", url(), "apikey", plan.key().secret()));
    }
    mapper.writeValue(
        directory.resolve(RECEIVER + ".json").toFile(),
        Map.of("url", url() + ArchiveReceiver.PATH, "secret", ArchiveReceiver.SECRET));
  }

  @Override
  public void close() throws IOException {
    pause.close();
    try {
      server.close();
    } finally {
      FileUtils.deleteDirectory(spool.toFile());
      if (journal != null) {
        journal.close();
      }
    }
  }

  private void restore(Journal.Entry entry) {
    Call call = entry.call();
    Plan plan = plans.get(call.keyName());
    if (plan == null || call.status() != HttpStatus.OK_200) {
      return;
    }
    if (entry.classifier() != null) {
      plan.restore(entry.classifier());
    } else if (call.kind() == CallKind.DELETE && call.classifierId() != null) {
      plan.forget(call.classifierId());
    }
  }

  private Plan plan(String keyName) {
    return Objects.requireNonNull(plans.get(keyName), () -> "no key is called " + keyName);
  }

  /** What an emulator can be told before it starts. */
  public static final class Builder {
    private final List<Terms> plans = new ArrayList<>();
    private Binding binding = Binding.of(0);
    private Duration latency = Duration.ZERO;
    private Limits limits = Limits.REAL;
    private Clock clock = Clock.systemUTC();
    private Duration trainingTime = Duration.ofSeconds(10);
    private Duration tokenLife = Duration.ofHours(1);
    private @Nullable Duration reappearAfter;
    private FaultRates faultRates = FaultRates.NONE;
    private @Nullable Path directory;

    private Builder() {}

    /**
     * Adds a plan instance.
     *
     * @param keyName what tests and credentials files call its key
     * @param slots how many classifiers it can have
     */
    public Builder withPlan(String keyName, String apikey, int slots) {
      plans.add(new Terms(keyName, apikey, slots));
      return this;
    }

    /** Keeps classifiers and history in a directory, and goes on with what is there. */
    public Builder keepIn(Path directory) {
      this.directory = directory;
      return this;
    }

    /** Where to listen; at a free port of 127.0.0.1, without TLS, unless told. */
    public Builder binding(Binding binding) {
      this.binding = binding;
      return this;
    }

    /** How long it takes until a call acts, even if its caller is gone; no time unless told. */
    public Builder latency(Duration latency) {
      this.latency = latency;
      return this;
    }

    /** What the service takes, {@link Limits#REAL} unless told. */
    public Builder limits(Limits limits) {
      this.limits = limits;
      return this;
    }

    public Builder clock(Clock clock) {
      this.clock = clock;
      return this;
    }

    /** How long a classifier trains, 10 seconds unless told. */
    public Builder trainingTime(Duration trainingTime) {
      this.trainingTime = trainingTime;
      return this;
    }

    /** How long a token is good for, an hour unless told. */
    public Builder tokenLife(Duration tokenLife) {
      this.tokenLife = tokenLife;
      return this;
    }

    /**
     * Has a classifier that is deleted while it trains come back so long after; unless told it is
     * gone for good.
     */
    public Builder reappearAfter(Duration time) {
      this.reappearAfter = time;
      return this;
    }

    /** What goes wrong by chance, nothing unless told. What is planned comes first. */
    public Builder faultRates(FaultRates rates) {
      this.faultRates = rates;
      return this;
    }

    public WatsonEmulator start() throws IOException {
      return new WatsonEmulator(this);
    }

    private record Terms(String keyName, String apikey, int slots) {}
  }
}
