package io.github.satchel.operator.wake;

import io.github.satchel.job.SatchelConfiguration;
import io.github.satchel.job.SatchelOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.flink.configuration.Configuration;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Suspends the job once nothing has been written to its topics for a while, and resumes it when a
 * request waits that it has not read. It holds no state: what it does not know after a restart, it
 * sees again.
 */
public final class WakeController {

  private static final Logger LOG = LoggerFactory.getLogger(WakeController.class);
  private static final Path ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

  private final Backlog backlog;
  private final Deployment deployment;
  private final Duration idleAfter;
  private final Clock clock;
  private Instant awakeSince;

  /**
   * A controller.
   *
   * @param idleAfter how long nothing has been written when the job is suspended; longer than
   *     {@code request.max-deadline}, within which every request that was read says something
   */
  public WakeController(Backlog backlog, Deployment deployment, Duration idleAfter, Clock clock) {
    this.backlog = backlog;
    this.deployment = deployment;
    this.idleAfter = idleAfter;
    this.clock = clock;
    awakeSince = clock.instant();
  }

  /** Looks once, and does what is to be done. */
  public void look() throws IOException, InterruptedException {
    Instant now = clock.instant();
    long waiting = backlog.waiting();
    if (deployment.isSuspended()) {
      awakeSince = now;
      if (waiting > 0) {
        LOG.info("{} requests are waiting; resuming the job", waiting);
        deployment.resume();
      }
    } else if (waiting == 0 && awakeSince.plus(idleAfter).isBefore(now)) {
      Instant newest = backlog.newest();
      if (newest.plus(idleAfter).isBefore(now)) {
        LOG.info("Nothing has been written since {}; suspending the job", newest);
        deployment.suspend();
      }
    }
  }

  /**
   * Looks every five seconds, until it is ended.
   *
   * @param args the job's configuration file, the deployment's name, and after how many minutes
   *     without a request or an event the job is suspended
   */
  public static void main(String[] args) throws Exception {
    if (args.length != 3) {
      System.err.println("Usage: WakeController CONFIG-FILE DEPLOYMENT IDLE-MINUTES");
      System.exit(64);
    }
    Configuration options = SatchelConfiguration.load(Path.of(args[0]), Map.of()).options();
    Map<String, Object> kafka = new HashMap<>(options.get(SatchelOptions.KAFKA_PROPERTIES));
    kafka.put(
        CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
        options.get(SatchelOptions.KAFKA_BOOTSTRAP_SERVERS));
    try (Admin admin = Admin.create(kafka)) {
      var controller =
          new WakeController(
              new Backlog(
                  admin,
                  options.get(SatchelOptions.KAFKA_GROUP_ID),
                  options.get(SatchelOptions.KAFKA_REQUESTS_TOPIC),
                  options.get(SatchelOptions.KAFKA_RESULTS_TOPIC)),
              new Deployment(
                  HttpClient.newBuilder().sslContext(trust(ACCOUNT.resolve("ca.crt"))).build(),
                  URI.create(
                      "https://%s:%s"
                          .formatted(
                              environment("KUBERNETES_SERVICE_HOST"),
                              environment("KUBERNETES_SERVICE_PORT"))),
                  Files.readString(ACCOUNT.resolve("namespace")).strip(),
                  args[1],
                  ACCOUNT.resolve("token")),
              Duration.ofMinutes(Long.parseLong(args[2])),
              Clock.systemUTC());
      while (true) {
        try {
          controller.look();
        } catch (IOException e) {
          LOG.warn("{}", e.getMessage());
        }
        Thread.sleep(5_000);
      }
    }
  }

  private static String environment(String name) {
    return Objects.requireNonNull(System.getenv(name), name);
  }

  private static SSLContext trust(Path certificate) throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (InputStream in = Files.newInputStream(certificate)) {
      int i = 0;
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        trusted.setCertificateEntry("ca-" + i++, each);
      }
    }
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }
}
