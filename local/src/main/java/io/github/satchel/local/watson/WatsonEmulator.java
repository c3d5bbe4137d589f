package io.github.satchel.local.watson;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.satchel.local.http.LoopbackServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.util.FileUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An emulator of Watson Visual Recognition v3 and of IBM's IAM, on the loopback interface: it holds
 * callers to the rules of the real service, and answers in its shapes. Uploads are spooled to disk.
 * Nothing is learnt: training ends when its time is over. Classifiers are forgotten on close.
 */
public final class WatsonEmulator implements AutoCloseable {
  /** How many calls {@link #history()} remembers, the latest ones. */
  public static final int MAX_HISTORY = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(WatsonEmulator.class);
  private static final int MAX_THREADS = 128;
  private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(5);

  private final Map<String, Plan> plans = new LinkedHashMap<>();
  private final Deque<Call> history = new ArrayDeque<>();
  private final Path spool;
  private final LoopbackServer server;

  private WatsonEmulator(Builder builder) throws IOException {
    builder.plans.forEach(
        terms ->
            plans.put(
                terms.keyName(),
                new Plan(
                    terms.keyName(),
                    terms.apikey(),
                    terms.slots(),
                    builder.limits.maxCallsAtOnce())));
    spool = Files.createTempDirectory("satchel-watson-");
    var iam = new Iam(plans.values(), builder.clock, builder.tokenLife);
    var handler =
        new WatsonHandler(
            iam, builder.limits, builder.clock, builder.trainingTime, spool, this::remember);
    server =
        LoopbackServer.start("satchel-watson", builder.port, MAX_THREADS, IDLE_TIMEOUT, handler);
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
    return url() + WatsonHandler.TOKEN_PATH;
  }

  /** Every classifier there is now, plan by plan, oldest first. */
  public List<Classifier> classifiers() {
    return plans.values().stream().flatMap(plan -> plan.classifiers().stream()).toList();
  }

  /** The latest calls that changed something or tried to, oldest first. */
  public List<Call> history() {
    synchronized (history) {
      return List.copyOf(history);
    }
  }

  /** Plans faults for the next creates with a key, one each, after those planned before. */
  public void failNextCreates(String keyName, Fault... faults) {
    plan(keyName).faults().addAll(List.of(faults));
  }

  /** Changes what the service thinks of a key from now on. */
  public void setKeyState(String keyName, KeyState state) {
    plan(keyName).state(state);
  }

  /** Writes {@code <keyName>.json} with {@code url} and {@code apikey} for each key. */
  public void writeCredentials(Path directory) throws IOException {
    Files.createDirectories(directory);
    for (Plan plan : plans.values()) {
      Files.write(
          directory.resolve(plan.keyName() + ".json"),
          JsonMapper.builder()
              .build()
              .writeValueAsBytes(Map.of("url", url(), "apikey", plan.apikey())));
    }
  }

  @Override
  public void close() throws IOException {
    try {
      server.close();
    } finally {
      FileUtils.deleteDirectory(spool.toFile());
    }
  }

  private Plan plan(String keyName) {
    return Objects.requireNonNull(plans.get(keyName), () -> "no key is called " + keyName);
  }

  private void remember(Call call) {
    synchronized (history) {
      if (history.size() == MAX_HISTORY) {
        history.removeFirst();
      }
      history.addLast(call);
    }
  }

  /** What an emulator can be told before it starts. */
  public static final class Builder {
    private final List<Terms> plans = new ArrayList<>();
    private int port;
    private Limits limits = Limits.REAL;
    private Clock clock = Clock.systemUTC();
    private Duration trainingTime = Duration.ofSeconds(10);
    private Duration tokenLife = Duration.ofHours(1);

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

    /** The port to listen on; 0, the default, for a free one. */
    public Builder port(int port) {
      this.port = port;
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

    public WatsonEmulator start() throws IOException {
      return new WatsonEmulator(this);
    }

    private record Terms(String keyName, String apikey, int slots) {}
  }
}
