package io.github.satchel.job.fetch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.FailureCode;
import io.github.satchel.job.SatchelOptions;
import io.github.satchel.job.fetch.source.TlsChoice;
import io.github.satchel.job.model.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.net.ServerSocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.apache.flink.configuration.Configuration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates good and bad, of an authority that the JVM is made to trust, by both engines. */
@ParameterizedClass
@EnumSource(
    value = TlsChoice.class,
    names = {"NATIVE", "JAVA"})
class TlsTest {

  private static final byte[] PICTURE = Fetching.picture(100_000);
  private static final String TRUST_STORE = "javax.net.ssl.trustStore";
  private static final String PASSWORD = "changeit";
  private static final TestNames NAMES =
      new TestNames(
          Map.of(
              "good.test", "127.0.0.2",
              "expired.test", "127.0.0.2",
              "selfsigned.test", "127.0.0.2",
              "misnamed.test", "127.0.0.2",
              "accounts.google.com", "127.0.0.2"));

  private static Path directory;

  private final TlsChoice engine;

  TlsTest(TlsChoice engine) {
    this.engine = engine;
  }

  private static @Nullable String trustedBefore;

  @BeforeAll
  static void makeCertificates(@TempDir Path temporary) throws Exception {
    directory = temporary;
    keytool("-genkeypair", "-alias", "ca", "-dname", "CN=Authority", "-ext", "bc:c");
    keytool(
        "-genkeypair",
        "-alias",
        "good",
        "-dname",
        "CN=Good",
        "-signer",
        "ca",
        "-ext",
        "san=dns:good.test,dns:accounts.google.com");
    keytool(
        "-genkeypair",
        "-alias",
        "expired",
        "-dname",
        "CN=Expired",
        "-signer",
        "ca",
        "-ext",
        "san=dns:expired.test",
        "-startdate",
        "-20d",
        "-validity",
        "10");
    keytool(
        "-genkeypair",
        "-alias",
        "selfsigned",
        "-dname",
        "CN=Self",
        "-ext",
        "san=dns:selfsigned.test");
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", keys().getCertificate("ca"));
    Path trustStore = directory.resolve("trust.p12");
    try (var out = Files.newOutputStream(trustStore)) {
      trusted.store(out, PASSWORD.toCharArray());
    }
    trustedBefore = System.getProperty(TRUST_STORE);
    System.setProperty(TRUST_STORE, trustStore.toString());
    System.setProperty(TRUST_STORE + "Password", PASSWORD);
  }

  @AfterAll
  static void trustAsBefore() {
    System.clearProperty(TRUST_STORE + "Password");
    if (trustedBefore == null) {
      System.clearProperty(TRUST_STORE);
    } else {
      System.setProperty(TRUST_STORE, trustedBefore);
    }
  }

  @Test
  void aTrustedCertificateIsAccepted() throws Exception {
    try (TestServer server = server("good")) {
      assertThat(fetch(server, "good.test", new Configuration()).picture()).isEqualTo(PICTURE);
    }
  }

  @Test
  void anExpiredCertificateHasAMessageOfItsOwn() throws Exception {
    try (TestServer server = server("expired")) {
      assertThat(fetch(server, "expired.test", new Configuration()).failure())
          .isEqualTo(
              new Problem(
                  FailureCode.IMAGE_UNREACHABLE,
                  "Unable to download image from expired.test:"
                      + " its security certificate has expired"));
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @Test
  void aSelfSignedCertificateIsNotTrusted() throws Exception {
    try (TestServer server = server("selfsigned")) {
      assertThat(fetch(server, "selfsigned.test", new Configuration()).failure())
          .isEqualTo(notTrusted("selfsigned.test"));
    }
  }

  @Test
  void aCertificateOfAnotherHostIsNotTrusted() throws Exception {
    try (TestServer server = server("good")) {
      assertThat(fetch(server, "misnamed.test", new Configuration()).failure())
          .isEqualTo(notTrusted("misnamed.test"));
    }
  }

  @Test
  void aHostMayBeExempted() throws Exception {
    Configuration exempt =
        new Configuration().set(SatchelOptions.FETCH_TLS_UNVERIFIED_HOSTS, List.of("expired.test"));
    try (TestServer expired = server("expired");
        TestServer selfSigned = server("selfsigned")) {
      assertThat(fetch(expired, "expired.test", exempt).picture()).isEqualTo(PICTURE);
      assertThat(fetch(selfSigned, "selfsigned.test", exempt).failure())
          .isEqualTo(notTrusted("selfsigned.test"));
    }
  }

  @Test
  void verificationMayBeTurnedOff() throws Exception {
    Configuration off = new Configuration().set(SatchelOptions.FETCH_TLS_VERIFY, false);
    try (TestServer server = server("selfsigned")) {
      assertThat(fetch(server, "selfsigned.test", off).picture()).isEqualTo(PICTURE);
    }
  }

  /** What nginx says to TLS on its port for plain HTTP, and two fatal alerts (RFC 8446, 6). */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
        "\u0015\u0003\u0003\0\u0002\u0002(", // handshake_failure
        "\u0015\u0003\u0001\0\u0002\u0002F" // protocol_version
      })
  void aServerWithoutATlsInCommonIsUnreachableAndFinal(String answer) throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.2"));
        Fetching fetching = new Fetching(config(listener.getLocalPort()), NAMES)) {
      CompletableFuture<Fetching.Outcome> outcome =
          fetching.start("https://good.test:" + listener.getLocalPort() + "/p.png");
      try (Socket connection = listener.accept()) {
        assertThat(connection.getInputStream().read(new byte[5])).isPositive();
        connection.getOutputStream().write(answer.getBytes(ISO_8859_1));
        assertThat(Fetching.await(outcome).failure())
            .isEqualTo(
                new Problem(
                    FailureCode.IMAGE_UNREACHABLE, "Unable to download image from good.test"));
      }
      assertThat(fetching.count("attempts")).isEqualTo(1);
    }
  }

  @Test
  void aHandshakeThatNeverEndsIsATimeOut() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.2"))) {
      Configuration config =
          config(silent.getLocalPort())
              .set(SatchelOptions.FETCH_CONNECT_TIMEOUT, Duration.ofMillis(200))
              .set(SatchelOptions.FETCH_IDLE_TIMEOUT, Fetching.HANG);
      try (Fetching fetching = new Fetching(config, NAMES)) {
        assertThat(
                fetching.fetch("https://good.test:" + silent.getLocalPort() + "/p.png").failure())
            .isEqualTo(
                new Problem(
                    FailureCode.IMAGE_TIMEOUT, "Unable to download image from the website"));
        assertThat(fetching.count("attempts")).isEqualTo(3);
      }
    }
  }

  @Test
  void googlesLoginPageIsForbidden() throws Exception {
    try (TestServer server = server("good")) {
      server.on(
          "/p.png",
          (request, connection) ->
              connection.respond(
                  "200 OK", "Content-Type: text/html; charset=utf-8\r\n", new byte[100]));
      assertThat(fetch(server, "accounts.google.com", new Configuration()).failure())
          .isEqualTo(
              new Problem(
                  FailureCode.IMAGE_FORBIDDEN,
                  "accounts.google.com would not allow \"Pets for All\" to use that image"));
    }
  }

  private static Problem notTrusted(String host) {
    return new Problem(
        FailureCode.IMAGE_UNREACHABLE,
        "Unable to download image from " + host + ": its security certificate is not trusted");
  }

  private Configuration config(int port) {
    return Fetching.config(port).set(SatchelOptions.FETCH_TLS_ENGINE, engine);
  }

  private Fetching.Outcome fetch(TestServer server, String host, Configuration extra) {
    Configuration config = config(server.port());
    config.addAll(extra);
    try (Fetching fetching = new Fetching(config, NAMES)) {
      return fetching.fetch("https://" + host + ":" + server.port() + "/p.png");
    }
  }

  private static TestServer server(String alias) throws Exception {
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    own.setKeyEntry(
        alias,
        keys().getKey(alias, PASSWORD.toCharArray()),
        PASSWORD.toCharArray(),
        keys().getCertificateChain(alias));
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(own, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    ServerSocketFactory factory = context.getServerSocketFactory();
    return new TestServer("127.0.0.2", factory)
        .on("/p.png", (request, connection) -> connection.picture(PICTURE));
  }

  private static KeyStore keys() throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(directory.resolve("keys.p12"))) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return keys;
  }

  private static void keytool(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(
        List.of(
            "-keystore",
            directory.resolve("keys.p12").toString(),
            "-storepass",
            PASSWORD,
            "-keyalg",
            "EC",
            "-groupname",
            "secp256r1"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }
}
