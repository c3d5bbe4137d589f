package io.github.satchel.testkit;

import io.github.satchel.client.KeySetFile;
import io.github.satchel.contract.Topics;
import io.github.satchel.testkit.ServiceProcesses.Service;
import io.github.satchel.testkit.http.Binding;
import io.github.satchel.testkit.kafka.LocalKafka;
import io.github.satchel.testkit.kafka.SecureListener;
import io.github.satchel.testkit.pictures.Latency;
import io.github.satchel.testkit.pictures.PictureFiles;
import io.github.satchel.testkit.pictures.PictureMix;
import io.github.satchel.testkit.pictures.PictureSite;
import io.github.satchel.testkit.s3.LocalS3;
import io.github.satchel.testkit.tls.LocalCertificates;
import io.github.satchel.testkit.watson.WatsonEmulator;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.apache.flink.util.IOUtils;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the job talks to, under one directory and on the loopback interface: topics,
 * buckets and credentials files are there when it has started.
 */
public final class LocalServices implements AutoCloseable {
  public static final String IMAGES_BUCKET = "satchel-images";
  public static final String ARCHIVES_BUCKET = "satchel-archives";
  public static final String CHECKPOINTS_BUCKET = "satchel-checkpoints";
  public static final String RESIZED_BUCKET = "satchel-resized";

  /** Of the one key in the key set. */
  private static final String KEY_ID = "local-1";

  private final LocalKafka kafka;
  private final LocalS3 s3;
  private final PictureSite pictures;
  private final WatsonEmulator watson;
  private final Path credentialsDirectory;

  private LocalServices(
      LocalKafka kafka,
      LocalS3 s3,
      PictureSite pictures,
      WatsonEmulator watson,
      Path credentialsDirectory) {
    this.kafka = kafka;
    this.s3 = s3;
    this.pictures = pictures;
    this.watson = watson;
    this.credentialsDirectory = credentialsDirectory;
  }

  /**
   * What to start under a directory.
   *
   * @param directory topics, objects and credentials files are kept here and found again
   */
  public static Builder builder(Path directory) {
    return new Builder(directory.toAbsolutePath());
  }

  public LocalKafka kafka() {
    return kafka;
  }

  public LocalS3 s3() {
    return s3;
  }

  public PictureSite pictures() {
    return pictures;
  }

  public WatsonEmulator watson() {
    return watson;
  }

  /** Holds {@code pool-1.json}, {@code pool-2.json} and so on, one file for each key. */
  public Path credentialsDirectory() {
    return credentialsDirectory;
  }

  /** Where the archives of each request lie, as a directory of this machine. */
  public Path archivesDirectory() {
    return s3.directory(ARCHIVES_BUCKET);
  }

  /** What listens where, for the job. */
  public Endpoints endpoints() {
    return new Endpoints(
        kafka.bootstrapServers(),
        s3.endpoint().toString(),
        pictures.ports(),
        watson.url(),
        credentialsDirectory);
  }

  /** What listens where, for people. */
  public Map<String, String> addresses() {
    Map<String, String> addresses = new LinkedHashMap<>();
    addresses.put("Kafka", kafka.bootstrapServers());
    kafka
        .secure()
        .ifPresent(
            secure ->
                addresses.put(
                    "Kafka, TLS",
                    "%s (--config %s, certificate %s)"
                        .formatted(
                            secure.bootstrapServers(),
                            secure.clientProperties(),
                            secure.certificate())));
    addresses.put(
        "S3",
        "%s (access key %s, secret key %s)"
            .formatted(s3.endpoint(), s3.accessKey(), s3.secretKey()));
    addresses.put("Pictures", pictures.pictureUrl(0) + " and so on");
    addresses.put("Trainer", watson.url());
    addresses.put("Credentials", credentialsDirectory.toString());
    addresses.put("Key set", keySet(credentialsDirectory).toString());
    addresses.put("Archives", archivesDirectory().toString());
    return addresses;
  }

  static Path credentials(Path directory) {
    return directory.resolve("credentials");
  }

  /** The private keys for credentials that come encrypted in a request. */
  public static Path keySet(Path credentials) {
    return credentials.resolve("keys.jwks");
  }

  static LocalCertificates certificates(Path directory) throws IOException, InterruptedException {
    return LocalCertificates.prepare(directory.resolve("tls"));
  }

  static Path archives(Path directory) {
    return directory.resolve("s3").resolve(ARCHIVES_BUCKET);
  }

  static Path resized(Path directory) {
    return directory.resolve("s3").resolve(RESIZED_BUCKET);
  }

  private static String key(int number) {
    return "pool-" + number;
  }

  /** Closes everything, even if some of it fails to. */
  @Override
  public void close() throws IOException {
    closeAll(List.of(kafka, s3, pictures, watson));
  }

  private static void closeAll(List<? extends AutoCloseable> started) throws IOException {
    List<AutoCloseable> latestFirst = new ArrayList<>(started);
    Collections.reverse(latestFirst);
    try {
      IOUtils.closeAll(latestFirst);
    } catch (Exception e) {
      throw new IOException("not everything closed", e);
    }
  }

  /** What services can be told before they start. */
  public static final class Builder {
    private final Path directory;
    private long seed = 1;
    private int kafkaPort;
    private @Nullable Integer secureKafkaPort;
    private int kafkaAdvertisedPort;
    private int s3Port;
    private int picturesPort;
    private int watsonPort;
    private int partitions = 4;
    private Latency latency = Latency.NONE;
    private int watsonKeys = 3;
    private int slotsPerKey = 2;
    private ServiceSettings.Latencies latencies = ServiceSettings.Latencies.NONE;
    private Tls tls = Tls.NONE;
    private int pictureHosts = 1;
    private @Nullable Path pictures;
    private PictureMix mix = PictureMix.EVEN;
    private Consumer<WatsonEmulator.Builder> watson = builder -> {};

    private Builder(Path directory) {
      this.directory = directory;
    }

    /** What pictures are drawn from, 1 unless told. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /** The ports to listen on; 0, the default of each, for a free one. */
    public Builder ports(int kafka, int s3, int pictures, int watson) {
      kafkaPort = kafka;
      s3Port = s3;
      picturesPort = pictures;
      watsonPort = watson;
      return this;
    }

    /**
     * Has Kafka listen with TLS and passwords too, see {@link SecureListener}; 0 for a free port.
     */
    public Builder secureKafka(int port) {
      secureKafkaPort = port;
      return this;
    }

    /** The port that the broker tells its clients, that of a proxy before it; 0, its own. */
    public Builder kafkaAdvertisedPort(int port) {
      kafkaAdvertisedPort = port;
      return this;
    }

    /** How many partitions each topic has, 4 unless told. */
    public Builder partitions(int partitions) {
      this.partitions = partitions;
      return this;
    }

    /** How long the picture site takes to answer, no time unless told. */
    public Builder latency(Latency latency) {
      this.latency = latency;
      return this;
    }

    /** How many keys Watson has and how many classifiers each, 3 and 2 unless told. */
    public Builder watsonKeys(int keys, int slotsPerKey) {
      this.watsonKeys = keys;
      this.slotsPerKey = slotsPerKey;
      return this;
    }

    /** What else Watson is told before it starts. */
    public Builder watson(Consumer<WatsonEmulator.Builder> watson) {
      this.watson = watson;
      return this;
    }

    /** How long services take to answer, no time unless told. */
    public Builder latencies(ServiceSettings.Latencies latencies) {
      this.latencies = latencies;
      return latency(new Latency(Duration.ofMillis(latencies.pictures()), Duration.ZERO));
    }

    /** Which services take TLS, none unless told. */
    public Builder tls(Tls tls) {
      this.tls = tls;
      return this;
    }

    /** How many hosts the pictures are spread over, one unless told. */
    public Builder pictureHosts(int pictureHosts) {
      this.pictureHosts = pictureHosts;
      return this;
    }

    /** Has the site show the pictures of a directory instead of drawing some. */
    public Builder pictures(Path directory, PictureMix mix) {
      this.pictures = directory;
      this.mix = mix;
      return this;
    }

    /** Starts everything, at the same time; closes what has started when something cannot. */
    public LocalServices start() throws IOException, InterruptedException {
      var kafka = begin("satchel-start-kafka", this::startKafka);
      var s3 = begin("satchel-start-s3", this::startS3);
      var pictures = begin("satchel-start-pictures", this::startPictures);
      var watson = begin("satchel-start-watson", this::startWatson);
      try {
        return new LocalServices(
            kafka.get(), s3.get(), pictures.get(), watson.get(), credentials(directory));
      } catch (ExecutionException e) {
        Throwable cause = Objects.requireNonNull(e.getCause());
        var failure =
            new IOException("cannot start the local services: " + cause.getMessage(), cause);
        List<AutoCloseable> started = new ArrayList<>();
        for (var start : List.of(kafka, s3, pictures, watson)) {
          try {
            started.add(start.get());
          } catch (ExecutionException alsoFailed) {
            if (alsoFailed.getCause() != cause) {
              failure.addSuppressed(alsoFailed.getCause());
            }
          }
        }
        try {
          closeAll(started);
        } catch (IOException notClosed) {
          failure.addSuppressed(notClosed);
        }
        throw failure;
      }
    }

    LocalKafka startKafka() throws IOException, InterruptedException {
      Path kafkaDirectory = directory.resolve("kafka");
      LocalKafka kafka =
          secureKafkaPort == null
              ? LocalKafka.start(kafkaDirectory, kafkaPort, kafkaAdvertisedPort)
              : LocalKafka.startSecure(kafkaDirectory, kafkaPort, secureKafkaPort);
      for (String topic : List.of(Topics.REQUESTS, Topics.RESULTS, Topics.DEAD_LETTERS)) {
        kafka.createTopic(topic, partitions, Map.of());
      }
      return kafka;
    }

    LocalS3 startS3() throws IOException, InterruptedException {
      LocalS3 s3 =
          LocalS3.start(
              directory.resolve("s3"),
              s3Port,
              certificates(Service.S3),
              Duration.ofMillis(latencies.store()));
      s3.bucket(IMAGES_BUCKET);
      s3.bucket(ARCHIVES_BUCKET);
      s3.bucket(CHECKPOINTS_BUCKET);
      s3.bucket(RESIZED_BUCKET);
      return s3;
    }

    PictureSite startPictures() throws IOException, InterruptedException {
      var site =
          PictureSite.builder()
              .binding(new Binding(picturesPort, pictureHosts, certificates(Service.PICTURES)))
              .seed(seed)
              .latency(latency);
      if (pictures != null) {
        site.files(PictureFiles.load(pictures, mix, seed));
      }
      return site.start();
    }

    WatsonEmulator startWatson() throws IOException, InterruptedException {
      var builder =
          WatsonEmulator.builder()
              .binding(new Binding(watsonPort, 1, certificates(Service.TRAINER)))
              .latency(Duration.ofMillis(latencies.trainer()));
      for (int i = 1; i <= watsonKeys; i++) {
        builder.withPlan(key(i), "local-key-of-pool-" + i, slotsPerKey);
      }
      watson.accept(builder);
      WatsonEmulator started = builder.start();
      started.writeCredentials(credentials(directory));
      KeySetFile keySet = new KeySetFile(keySet(credentials(directory)));
      if (keySet.keys().isEmpty()) {
        keySet.add(KEY_ID, KeySetFile.Type.EC);
      }
      return started;
    }

    private @Nullable LocalCertificates certificates(Service service)
        throws IOException, InterruptedException {
      return tls.secures(service) ? LocalServices.certificates(directory) : null;
    }

    private static <T extends AutoCloseable> FutureTask<T> begin(String name, Callable<T> start) {
      var task = new FutureTask<>(start);
      var thread = new Thread(task, name);
      thread.setDaemon(true);
      thread.start();
      return task;
    }
  }
}
