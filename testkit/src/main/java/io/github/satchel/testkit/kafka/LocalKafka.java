package io.github.satchel.testkit.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.satchel.testkit.process.FreePorts;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka broker and its KRaft controller in this process, on the loopback interface. Records and
 * topics outlive it in its directory.
 */
public final class LocalKafka implements AutoCloseable {
  /** The largest record batch in bytes that the broker and its topics take. */
  public static final int MAX_MESSAGE_BYTES = 8 * 1024 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(LocalKafka.class);
  private static final int NODE_ID = 1;
  private static final String CONTROLLER = "CONTROLLER";
  private static final int ADMIN_TIMEOUT_MS = 30_000;

  private final KafkaRaftServer server;
  private final String bootstrapServers;
  private final @Nullable SecureListener secure;

  private LocalKafka(
      KafkaRaftServer server, String bootstrapServers, @Nullable SecureListener secure) {
    this.server = server;
    this.bootstrapServers = bootstrapServers;
    this.secure = secure;
  }

  /**
   * Starts a broker and returns when it takes requests.
   *
   * @param directory where topics and records are kept; formatted when it holds none yet
   * @param port the port of the broker, 0 for a free one
   */
  public static LocalKafka start(Path directory, int port) throws IOException {
    return start(directory, port, 0);
  }

  /**
   * Starts a broker that tells its clients another port than its own, that of a proxy before it.
   *
   * @param advertisedPort 0 for its own
   */
  public static LocalKafka start(Path directory, int port, int advertisedPort) throws IOException {
    Files.createDirectories(directory);
    return start(directory, Ports.choose(port, advertisedPort, 0), null);
  }

  /**
   * Starts a broker that has a {@link SecureListener} too.
   *
   * @param securePort its port, 0 for a free one
   */
  public static LocalKafka startSecure(Path directory, int port, int securePort)
      throws IOException, InterruptedException {
    Files.createDirectories(directory);
    Ports ports = Ports.choose(port, 0, securePort);
    SecureListener secure = SecureListener.prepare(ports.secure(), directory);
    LocalKafka kafka = start(directory, ports, secure);
    try (Admin admin = kafka.admin()) {
      SecureListener.createUsers(admin);
      return kafka;
    } catch (ExecutionException e) {
      kafka.close();
      throw new IOException("cannot create users", e.getCause());
    }
  }

  private static LocalKafka start(Path directory, Ports ports, @Nullable SecureListener secure)
      throws IOException {
    format(directory);
    var server =
        new KafkaRaftServer(
            new KafkaConfig(properties(directory, ports, secure), false), Time.SYSTEM);
    server.startup();
    LOG.info("Kafka listens on {} and keeps its records in {}", ports.broker(), directory);
    return new LocalKafka(server, ports.broker(), secure);
  }

  /** {@code host:port} for clients. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** The listener with TLS and passwords, if there is one. */
  public Optional<SecureListener> secure() {
    return Optional.ofNullable(secure);
  }

  /**
   * Creates a topic, unless it exists.
   *
   * @param config settings of the topic; {@code max.message.bytes} is {@link #MAX_MESSAGE_BYTES}
   *     unless set here
   */
  public void createTopic(String name, int partitions, Map<String, String> config) {
    Map<String, String> settings = new HashMap<>(config);
    settings.putIfAbsent(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(MAX_MESSAGE_BYTES));
    NewTopic topic =
        new NewTopic(name, Optional.of(partitions), Optional.empty()).configs(settings);
    try (Admin admin = admin()) {
      admin.createTopics(List.of(topic)).all().get(ADMIN_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw new IllegalStateException("cannot create topic " + name, e.getCause());
      }
    } catch (TimeoutException e) {
      throw new IllegalStateException("cannot create topic " + name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while creating topic " + name, e);
    }
  }

  private Admin admin() {
    return Admin.create(
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers,
            AdminClientConfig.CLIENT_ID_CONFIG,
            "satchel-local-topics"));
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }

  private static void format(Path directory) throws IOException {
    if (Files.exists(directory.resolve(MetaPropertiesEnsemble.META_PROPERTIES_NAME))) {
      return;
    }
    try {
      new Formatter()
          .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, UTF_8))
          .setNodeId(NODE_ID)
          .setClusterId(Uuid.randomUuid().toString())
          .addDirectory(directory.toString())
          .setMetadataLogDirectory(directory.toString())
          .setControllerListenerName(CONTROLLER)
          .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), true, UTF_8))
          .run();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("cannot format " + directory, e);
    }
  }

  private static Map<String, String> properties(
      Path directory, Ports ports, @Nullable SecureListener secure) {
    Map<String, String> properties = new HashMap<>(properties(directory, ports));
    if (secure != null) {
      properties.merge("listeners", secure.listener(), LocalKafka::join);
      properties.merge("advertised.listeners", secure.listener(), LocalKafka::join);
      properties.merge(
          "listener.security.protocol.map", SecureListener.protocol(), LocalKafka::join);
      properties.putAll(secure.brokerProperties());
    }
    return properties;
  }

  private static String join(String list, String element) {
    return list + "," + element;
  }

  private static Map<String, String> properties(Path directory, Ports ports) {
    String maxBytes = Integer.toString(MAX_MESSAGE_BYTES);
    return Map.ofEntries(
        Map.entry("process.roles", "broker,controller"),
        Map.entry("node.id", Integer.toString(NODE_ID)),
        Map.entry("controller.quorum.voters", NODE_ID + "@" + ports.controller()),
        Map.entry("controller.listener.names", CONTROLLER),
        Map.entry(
            "listeners",
            "PLAINTEXT://" + ports.broker() + "," + CONTROLLER + "://" + ports.controller()),
        Map.entry("advertised.listeners", "PLAINTEXT://" + ports.advertised()),
        Map.entry("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
        Map.entry("log.dirs", directory.toString()),
        Map.entry("message.max.bytes", maxBytes),
        Map.entry("replica.fetch.max.bytes", maxBytes),
        Map.entry("auto.create.topics.enable", "false"),
        Map.entry("default.replication.factor", "1"),
        Map.entry("offsets.topic.replication.factor", "1"),
        Map.entry("offsets.topic.num.partitions", "4"),
        Map.entry("transaction.state.log.replication.factor", "1"),
        Map.entry("transaction.state.log.min.isr", "1"),
        Map.entry("transaction.state.log.num.partitions", "4"),
        Map.entry("share.coordinator.state.topic.replication.factor", "1"),
        Map.entry("share.coordinator.state.topic.min.isr", "1"),
        Map.entry("share.coordinator.state.topic.num.partitions", "1"),
        Map.entry("group.initial.rebalance.delay.ms", "0"),
        // The default is 128 MB of heap, taken at once.
        Map.entry("log.cleaner.dedupe.buffer.size", Integer.toString(16 * 1024 * 1024)));
  }

  /** Listeners as {@code host:port}: the quorum's setting must name its port beforehand. */
  private record Ports(String broker, String advertised, String controller, String secure) {

    static Ports choose(int brokerPort, int advertisedPort, int securePort) throws IOException {
      List<Integer> free = FreePorts.choose(3);
      String broker = address(brokerPort, free.get(0));
      return new Ports(
          broker,
          advertisedPort == 0 ? broker : "127.0.0.1:" + advertisedPort,
          address(0, free.get(1)),
          address(securePort, free.get(2)));
    }

    private static String address(int wanted, int free) throws IOException {
      return "127.0.0.1:" + (wanted == 0 ? free : FreePorts.require(wanted));
    }
  }
}
