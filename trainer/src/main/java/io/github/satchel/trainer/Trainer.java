package io.github.satchel.trainer;

import io.github.satchel.guard.address.AddressPolicy;
import io.github.satchel.guard.address.HostPatterns;
import io.github.satchel.trainer.api.ApiHandler;
import io.github.satchel.trainer.api.CallSteps;
import io.github.satchel.trainer.api.Directories;
import io.github.satchel.trainer.api.Forms;
import io.github.satchel.trainer.api.Iam;
import io.github.satchel.trainer.api.Key;
import io.github.satchel.trainer.api.Limits;
import io.github.satchel.trainer.embedding.Embedder;
import io.github.satchel.trainer.embedding.Embedding;
import io.github.satchel.trainer.embedding.EmbeddingCache;
import io.github.satchel.trainer.embedding.Network;
import io.github.satchel.trainer.http.HttpServer;
import io.github.satchel.trainer.store.ClassifierStore;
import io.github.satchel.trainer.store.Training;
import io.github.satchel.trainer.store.TrainingQueue;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.jetty.server.Handler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server that trains image classifiers, behind the part of Watson Visual Recognition's v3 API
 * that Satchel and the site use. What it has learnt is in its directory, and is there again after a
 * restart.
 */
public final class Trainer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);
  private static final int MAX_THREADS = 64;
  private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(2);
  private static final Duration TOKEN_LIFE = Duration.ofHours(1);

  private final Embedder embedder;
  private final TrainingQueue queue;
  private final WebImageFetcher fetcher;
  private final HttpServer server;

  private Trainer(Builder builder) throws IOException {
    Clock clock = Clock.systemUTC();
    Limits limits = builder.limits;
    List<Key> keys =
        builder.keys.stream()
            .map(key -> new Key(key.name(), key.apikey(), key.slots(), limits, clock))
            .toList();
    // One more than trains, so that a pupil who asks does not wait for trainings.
    List<Embedding> embeddings = new ArrayList<>();
    for (int i = 0; i <= builder.trainings; i++) {
      embeddings.add(builder.network.open());
    }
    String network = builder.network.id();
    Path vectors = builder.directory.resolve("embeddings");
    deleteOthers(vectors, network);
    embedder =
        new Embedder(
            embeddings,
            new EmbeddingCache(
                vectors.resolve(network),
                embeddings.get(0).dimensions(),
                builder.embeddingBytes,
                builder.embeddingAge,
                clock));
    var store = new ClassifierStore(builder.directory);
    var training = new Training(store, embedder, network, limits, builder.thumbnails, clock);
    queue =
        new TrainingQueue(
            store, embedder, network, training, builder.trainings, builder.maxWaiting, clock);
    fetcher = new WebImageFetcher(builder.addresses);
    var iam = new Iam(keys, clock, TOKEN_LIFE);
    var api =
        new ApiHandler(
            iam,
            queue,
            new Forms(limits.maxCallBytes(), store.incoming()),
            fetcher,
            (key, kind) -> CallSteps.NONE,
            limits);
    server =
        HttpServer.start(
            "trainer-http",
            builder.host,
            builder.port,
            MAX_THREADS,
            IDLE_TIMEOUT,
            new Handler.Sequence(api, new TeacherPage(iam, queue, store)));
    LOG.info("The trainer listens at {}", server.uri());
  }

  /** Vectors of another network are of no use any more. */
  private static void deleteOthers(Path vectors, String network) throws IOException {
    Files.createDirectories(vectors);
    try (Stream<Path> networks = Files.list(vectors)) {
      for (Path other : networks.filter(one -> !one.endsWith(network)).toList()) {
        Directories.delete(other);
      }
    }
  }

  /**
   * Begins to describe a trainer.
   *
   * @param directory what it keeps is here
   */
  public static Builder builder(Path directory, Network network) {
    return new Builder(directory, network);
  }

  /** The base URL, to which {@code /v3/classifiers} is added. */
  public URI uri() {
    return server.uri();
  }

  /** How many classifiers wait for training or are being trained. */
  public int unfinished() {
    return queue.unfinished();
  }

  /** Stops listening first, then training; what is not finished is trained by the next process. */
  @Override
  public void close() throws IOException {
    try {
      server.close();
    } finally {
      fetcher.close();
      queue.close();
      embedder.close();
    }
  }

  /** What a trainer can be told before it starts. */
  public static final class Builder {
    private final Path directory;
    private final Network network;
    private final List<KeysFile.Entry> keys = new ArrayList<>();
    private String host = "127.0.0.1";
    private int port;
    private Limits limits = Limits.REAL;
    private int trainings = Math.min(2, Runtime.getRuntime().availableProcessors());
    private int maxWaiting = 500;
    private int thumbnails = 12;
    private long embeddingBytes = 1L << 30;
    private Duration embeddingAge = Duration.ofDays(30);
    private AddressPolicy addresses =
        AddressPolicy.allowing(List.of(), new HostPatterns(List.of()));

    private Builder(Path directory, Network network) {
      this.directory = directory;
      this.network = network;
    }

    /** Adds a key with room for so many classifiers. */
    public Builder withKey(String name, String apikey, int slots) {
      keys.add(new KeysFile.Entry(name, apikey, slots));
      return this;
    }

    Builder withKeys(List<KeysFile.Entry> entries) {
      keys.addAll(entries);
      return this;
    }

    /** The address to listen on, the loopback interface unless told. */
    public Builder host(String host) {
      this.host = host;
      return this;
    }

    /** The port to listen on; 0, the default, for a free one. */
    public Builder port(int port) {
      this.port = port;
      return this;
    }

    /** What it takes, {@link Limits#REAL} unless told. */
    public Builder limits(Limits limits) {
      this.limits = limits;
      return this;
    }

    /** How many train at once; a core each. */
    public Builder trainings(int trainings) {
      this.trainings = trainings;
      return this;
    }

    /** How many wait for training, at most; 500 unless told. */
    public Builder maxWaiting(int maxWaiting) {
      this.maxWaiting = maxWaiting;
      return this;
    }

    /** How many of the most doubtful pictures are kept small with a classifier; 12 unless told. */
    public Builder thumbnails(int thumbnails) {
      this.thumbnails = thumbnails;
      return this;
    }

    /** How much disk vectors of pictures take, and how long they are kept unused. */
    public Builder embeddings(long bytes, Duration age) {
      this.embeddingBytes = bytes;
      this.embeddingAge = age;
      return this;
    }

    /** Where images of {@code classify?url=} may be: on the public internet unless told. */
    Builder addresses(AddressPolicy addresses) {
      this.addresses = addresses;
      return this;
    }

    public Trainer start() throws IOException {
      return new Trainer(this);
    }
  }
}
