package io.github.satchel.job.fetch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.FailureCode;
import io.github.satchel.job.SatchelOptions;
import io.github.satchel.job.model.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each row of the table in docs/fetching.md, against a server that behaves so. */
class WebFetchTest {

  private static final byte[] PICTURE = Fetching.picture(3_000);
  private static final TestNames NAMES =
      new TestNames(
          Map.of(
              "pictures.test", "127.0.0.2",
              "other.test", "127.0.0.2",
              "lh3.googleusercontent.com", "127.0.0.2"));

  private TestServer server;
  private Fetching fetching;

  @BeforeEach
  void startServer() throws IOException {
    server = new TestServer("127.0.0.2");
    fetching = fetchingWith(Fetching.config(server.port()));
  }

  @AfterEach
  void stopServer() {
    fetching.close();
    server.close();
    assertThat(fetching.budget().used()).as("bytes held when all is over").isZero();
  }

  @Test
  void aPictureArrivesByteForByte() {
    server.on("/p.png", (request, connection) -> connection.picture(PICTURE));

    assertThat(fetching.fetch(url("/p.png")).picture()).isEqualTo(PICTURE);
    assertThat(server.requests("/p.png").get(0).headers())
        .containsEntry("user-agent", "satchel (https://pets.test/contact)")
        .containsEntry("accept", "image/png,image/jpeg,image/*,*/*")
        .containsEntry("accept-language", "*");
  }

  @Test
  void picturesOfOneHostComeOverOneConnection() {
    for (int n = 0; n < 20; n++) {
      server.on("/" + n + ".png", (request, connection) -> connection.picture(PICTURE));
      assertThat(fetching.fetch(url("/" + n + ".png")).picture()).isEqualTo(PICTURE);
    }

    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void aNotFoundPictureIsUnreachableAndNotTriedAgain() {
    assertThat(fetching.fetch(url("/missing.png")).failure())
        .isEqualTo(unreachable("pictures.test"));
    assertThat(server.requests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 503, 504, 599})
  void aServerErrorIsTriedAgain(int status) {
    AtomicInteger calls = new AtomicInteger();
    server.on(
        "/p.png",
        (request, connection) -> {
          if (calls.incrementAndGet() < 3) {
            connection.respond(status + " Oops", "", new byte[0]);
          } else {
            connection.picture(PICTURE);
          }
        });

    assertThat(fetching.fetch(url("/p.png")).picture()).isEqualTo(PICTURE);
    assertThat(fetching.count("retried")).isEqualTo(2);
  }

  @Test
  void aServerErrorThatStaysIsUnreachable() {
    server.on("/p.png", (request, connection) -> connection.respond("500 Oops", "", new byte[0]));

    assertThat(fetching.fetch(url("/p.png")).failure()).isEqualTo(unreachable("pictures.test"));
    assertThat(server.requests()).hasSize(3);
  }

  @Test
  void notImplementedIsFinal() {
    server.on("/p.png", (request, connection) -> connection.respond("501 No", "", new byte[0]));

    assertThat(fetching.fetch(url("/p.png")).failure()).isEqualTo(unreachable("pictures.test"));
    assertThat(server.requests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void aRefusalIsForbiddenAndFinal(int status) {
    server.on(
        "/p.png", (request, connection) -> connection.respond(status + " No", "", new byte[0]));

    assertThat(fetching.fetch(url("/p.png")).failure())
        .isEqualTo(
            new Problem(
                FailureCode.IMAGE_FORBIDDEN,
                "pictures.test would not allow \"Pets for All\" to use that image"));
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void googleIsCalledByItsName() {
    server.on("/p.png", (request, connection) -> connection.respond("403 No", "", new byte[0]));

    assertThat(
            fetching
                .fetch("http://lh3.googleusercontent.com:" + server.port() + "/p.png")
                .failure()
                .message())
        .isEqualTo("Google would not allow \"Pets for All\" to use that image");
  }

  @Test
  void aHostThatThrottlesInPassingIsAskedAgainAfterThePauseItWants() {
    AtomicInteger calls = new AtomicInteger();
    server.on(
        "/p.png",
        (request, connection) -> {
          if (calls.incrementAndGet() == 1) {
            connection.respond("429 Slow down", "Retry-After: 1\r\n", new byte[0]);
          } else {
            connection.picture(PICTURE);
          }
        });
    Instant start = Instant.now();

    assertThat(fetching.fetch(url("/p.png")).picture()).isEqualTo(PICTURE);
    assertThat(Duration.between(start, Instant.now())).isGreaterThan(Duration.ofMillis(900));
    assertThat(fetching.count("throttled")).isEqualTo(1);
  }

  @Test
  void aRetryAfterDateIsHonoured() {
    AtomicInteger calls = new AtomicInteger();
    server.on(
        "/p.png",
        (request, connection) -> {
          if (calls.incrementAndGet() == 1) {
            String date =
                DateTimeFormatter.RFC_1123_DATE_TIME.format(
                    Instant.now().plusSeconds(2).atOffset(ZoneOffset.UTC));
            connection.respond("503 Busy", "Retry-After: " + date + "\r\n", new byte[0]);
          } else {
            connection.picture(PICTURE);
          }
        });
    Instant start = Instant.now();

    assertThat(fetching.fetch(url("/p.png")).picture()).isEqualTo(PICTURE);
    assertThat(Duration.between(start, Instant.now())).isGreaterThan(Duration.ofMillis(900));
  }

  @Test
  void aHostThatKeepsThrottlingIsThrottled() {
    server.on("/p.png", (request, connection) -> connection.respond("429 No", "", new byte[0]));

    assertThat(fetching.fetch(url("/p.png")).failure()).isEqualTo(throttled());
    assertThat(server.requests()).hasSize(3);
  }

  @Test
  void aPauseBeyondTheDeadlineIsNotWaitedForByAnyone() {
    server.on(
        "/p.png",
        (request, connection) ->
            connection.respond("429 No", "Retry-After: 3600\r\n", new byte[0]));
    Instant deadline = Instant.now().plusSeconds(20);

    assertThat(Fetching.await(fetching.start(Fetching.task(url("/p.png"), deadline))).failure())
        .isEqualTo(throttled());
    assertThat(Fetching.await(fetching.start(Fetching.task(url("/q.png"), deadline))).failure())
        .isEqualTo(throttled());
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void anUnknownHostIsUnreachableAndFinal() {
    assertThat(fetching.fetch("http://nowhere.test:" + server.port() + "/").failure())
        .isEqualTo(unreachable("nowhere.test"));
    assertThat(fetching.count("attempts")).isEqualTo(1);
  }

  @Test
  void aClosedPortIsUnreachable() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    try (Fetching other = fetchingWith(Fetching.config(port))) {
      assertThat(other.fetch("http://pictures.test:" + port + "/").failure())
          .isEqualTo(unreachable("pictures.test"));
      assertThat(other.count("retried")).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "cat",
        "http://",
        "http:///p.png",
        "//pictures.test/p",
        "http://[::1/",
        "http://a b/"
      })
  void whatIsNoAddressIsUnreachable(String address) {
    assertThat(fetching.fetch(address).failure())
        .isEqualTo(
            new Problem(
                FailureCode.IMAGE_UNREACHABLE, "Unable to download image from the website"));
  }

  @Test
  void aServerThatNeverAnswersIsATimeOutAndTriedAgain() {
    server.on("/p.png", (request, connection) -> new CountDownLatch(1).await());

    assertThat(fetching.fetch(url("/p.png")).failure()).isEqualTo(timeout());
    assertThat(server.requests()).hasSize(3);
  }

  /** A listener that accepts nobody and whose queue is full: the kernel drops what comes. */
  @Test
  void aConnectionThatDoesNotComeAboutIsATimeOutAndTriedAgain() throws IOException {
    InetAddress address = InetAddress.getByName("127.0.0.2");
    List<SocketChannel> queued = new ArrayList<>();
    try (ServerSocket full = new ServerSocket(0, 1, address)) {
      for (int i = 0; i < 4; i++) {
        SocketChannel channel = SocketChannel.open();
        queued.add(channel);
        channel.configureBlocking(false);
        channel.connect(full.getLocalSocketAddress());
      }
      Configuration config =
          Fetching.config(full.getLocalPort())
              .set(SatchelOptions.FETCH_CONNECT_TIMEOUT, Duration.ofMillis(200))
              .set(SatchelOptions.FETCH_IDLE_TIMEOUT, Fetching.HANG)
              .set(SatchelOptions.FETCH_TIMEOUT, Fetching.HANG);
      try (Fetching other = fetchingWith(config)) {
        assertThat(other.fetch("http://pictures.test:" + full.getLocalPort() + "/p.png").failure())
            .isEqualTo(timeout());
        assertThat(other.count("attempts")).isEqualTo(3);
      }
    } finally {
      for (SocketChannel channel : queued) {
        channel.close();
      }
    }
  }

  @Test
  void aDripEndsAtTheTotalTimeOut() {
    server.on(
        "/p.png",
        (request, connection) -> {
          connection.write("HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n");
          for (byte each : PICTURE) {
            connection.write(new byte[] {each});
            new CountDownLatch(1).await(50, TimeUnit.MILLISECONDS);
          }
        });

    assertThat(fetching.fetch(url("/p.png")).failure()).isEqualTo(timeout());
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void aResetInTheMiddleIsTriedAgain() {
    AtomicInteger calls = new AtomicInteger();
    server.on(
        "/p.png",
        (request, connection) -> {
          if (calls.incrementAndGet() == 1) {
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n");
            connection.write(new String(PICTURE, 0, 500, StandardCharsets.ISO_8859_1));
            connection.reset();
          } else {
            connection.picture(PICTURE);
          }
        });

    assertThat(fetching.fetch(url("/p.png")).picture()).isEqualTo(PICTURE);
    assertThat(fetching.count("retried")).isEqualTo(1);
  }

  @Test
  void aBodyShorterThanItsLengthIsUnreachable() {
    server.on(
        "/p.png",
        (request, connection) -> {
          connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");
          connection.write(PICTURE);
          connection.close();
        });

    assertThat(fetching.fetch(url("/p.png")).failure()).isEqualTo(unreachable("pictures.test"));
  }

  @Test
  void aLengthThatIsTooLargeIsRefusedBeforeTheBody() {
    server.on(
        "/p.png",
        (request, connection) ->
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 52428801\r\n\r\n"));

    assertThat(fetching.fetch(url("/p.png")).failure()).isEqualTo(tooLarge());
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void anEndlessChunkedBodyIsTooLarge() {
    try (Fetching small = fetchingWith(smallConfig())) {
      server.on(
          "/p.png",
          (request, connection) -> {
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            while (true) {
              connection.write("bb8\r\n");
              connection.write(PICTURE);
              connection.write("\r\n");
            }
          });

      assertThat(small.fetch(url("/p.png")).failure()).isEqualTo(tooLarge());
      assertThat(small.budget().used()).isZero();
    }
  }

  @Test
  void aBodyWithoutLengthEndsWithTheConnection() {
    server.on(
        "/p.png",
        (request, connection) -> {
          connection.write("HTTP/1.0 200 OK\r\n\r\n");
          connection.write(PICTURE);
          connection.close();
        });

    assertThat(fetching.fetch(url("/p.png")).picture()).isEqualTo(PICTURE);
  }

  @Test
  void aBodyOfExactlyTheLargestSizeArrives() {
    byte[] largest = Fetching.picture(200_000);
    server.on(
        "/p.png",
        (request, connection) -> {
          connection.write("HTTP/1.0 200 OK\r\n\r\n");
          connection.write(largest);
          connection.close();
        });
    try (Fetching small = fetchingWith(smallConfig())) {
      assertThat(small.fetch(url("/p.png")).picture()).isEqualTo(largest);
    }
  }

  @Test
  void aZippedPictureIsUnwrapped() {
    server.on(
        "/p.png",
        (request, connection) ->
            connection.respond("200 OK", "Content-Encoding: gzip\r\n", gzip(PICTURE)));

    assertThat(fetching.fetch(url("/p.png")).picture()).isEqualTo(PICTURE);
    assertThat(server.requests("/p.png").get(0).headers()).containsEntry("accept-encoding", "gzip");
  }

  @Test
  void aTruncatedZippedPictureIsUnreachable() {
    byte[] zipped = gzip(Fetching.picture(50_000));
    server.on(
        "/p.png",
        (request, connection) ->
            connection.respond(
                "200 OK", "Content-Encoding: gzip\r\n", Arrays.copyOf(zipped, zipped.length / 2)));

    assertThat(fetching.fetch(url("/p.png")).failure()).isEqualTo(unreachable("pictures.test"));
  }

  @Test
  void aGzipBombIsTooLargeAndNeverUnfolds() {
    byte[] bomb = gzip(Fetching.picture(16), 64 * 1024 * 1024);
    assertThat(bomb.length).isLessThan(200_000);
    server.on(
        "/p.png",
        (request, connection) -> connection.respond("200 OK", "Content-Encoding: gzip\r\n", bomb));
    try (Fetching small = fetchingWith(smallConfig())) {
      assertThat(small.fetch(url("/p.png")).failure()).isEqualTo(tooLarge());
    }
  }

  @Test
  void redirectsAreFollowedTenTimes() {
    server.on("/p.png", (request, connection) -> connection.picture(PICTURE));
    for (int i = 1; i <= 11; i++) {
      String to = i == 1 ? "/p.png" : "/hop" + (i - 1);
      server.on("/hop" + i, (request, connection) -> redirect(connection, to));
    }

    assertThat(fetching.fetch(url("/hop10")).picture()).isEqualTo(PICTURE);
    assertThat(fetching.count("redirected")).isEqualTo(10);
    assertThat(fetching.fetch(url("/hop11")).failure()).isEqualTo(unreachable("pictures.test"));
  }

  @Test
  void aRedirectLoopIsUnreachable() {
    server.on("/loop", (request, connection) -> redirect(connection, "/loop"));

    assertThat(fetching.fetch(url("/loop")).failure()).isEqualTo(unreachable("pictures.test"));
    assertThat(server.requests()).hasSize(11);
  }

  @Test
  void aRedirectMayBeRelativeUnescapedAndInUtf8() {
    server
        .on(
            "/dir/start",
            (request, connection) ->
                connection.respond(
                    "302 Found",
                    "Location: k\u00e4tzchen bild.png?a=1\r\n"
                        .transform(
                            text -> new String(text.getBytes(UTF_8), StandardCharsets.ISO_8859_1)),
                    new byte[0]))
        .on("/dir/k%C3%A4tzchen%20bild.png", (request, connection) -> connection.picture(PICTURE));

    assertThat(fetching.fetch(url("/dir/start")).picture()).isEqualTo(PICTURE);
  }

  @Test
  void aRedirectWithoutALocationIsUnreachable() {
    server.on("/p.png", (request, connection) -> connection.respond("302 Found", "", new byte[0]));

    assertThat(fetching.fetch(url("/p.png")).failure()).isEqualTo(unreachable("pictures.test"));
  }

  @Test
  void credentialsStayWithTheirHost() {
    server
        .on("/a", (request, connection) -> redirect(connection, "/b"))
        .on(
            "/b",
            (request, connection) ->
                redirect(connection, "http://other.test:" + server.port() + "/p.png"))
        .on("/p.png", (request, connection) -> connection.picture(PICTURE));

    fetching.fetch("http://me:se%63ret@pictures.test:" + server.port() + "/a").picture();

    assertThat(server.requests("/a").get(0).headers())
        .containsEntry("authorization", "Basic bWU6c2VjcmV0");
    assertThat(server.requests("/b").get(0).headers()).containsKey("authorization");
    assertThat(server.requests("/p.png").get(0).headers()).doesNotContainKey("authorization");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-\u00e4 Bad\u0001Name: v",
        "X-Bad-Value: \u0007v\u0000\u00ff",
        "No colon here",
        "Content-Type: ;;;\u0001",
        " folded: into nothing",
        "Set-Cookie: =;;\u0002",
      })
  void brokenHeadersAreForgiven(String header) {
    server.on(
        "/p.png",
        (request, connection) -> {
          connection.write("HTTP/1.1 200 Fine\r\nServer: Bad\r\n" + header + "\r\n");
          connection.write("Content-Length: 3000\r\n\r\n");
          connection.write(PICTURE);
        });

    assertThat(fetching.fetch(url("/p.png")).picture()).isEqualTo(PICTURE);
  }

  @Test
  void anAddressIsReadAsABrowserReadsIt() {
    server.on("/a%20b%C3%A4.png", (request, connection) -> connection.picture(PICTURE));

    assertThat(
            fetching
                .fetch("  HTTP:\\\\Pictures.TEST.:" + server.port() + "/a b\u00e4.png#top\n")
                .picture())
        .isEqualTo(PICTURE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<!DOCTYPE html><html><body>Please log in</body></html>",
        "{\"error\": \"no\"}",
        "",
        "GIF"
      })
  void whatIsNoPictureIsUnsupportedAndFinal(String body) {
    server.on(
        "/p.png",
        (request, connection) ->
            connection.respond("200 OK", "Content-Type: image/png\r\n", body.getBytes(UTF_8)));

    assertThat(fetching.fetch(url("/p.png")).failure())
        .isEqualTo(new Problem(FailureCode.IMAGE_UNSUPPORTED, "Unsupported image file type"));
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void aVectorGraphicArrivesForTheResizeStageToName() {
    byte[] drawing = "<svg xmlns='http://www.w3.org/2000/svg'/>".getBytes(UTF_8);
    server.on("/p.svg", (request, connection) -> connection.picture(drawing));

    assertThat(fetching.fetch(url("/p.svg")).picture()).isEqualTo(drawing);
  }

  @Test
  void contentDecidesAndNotTheTypeThatTheServerGives() {
    server.on(
        "/p.html",
        (request, connection) ->
            connection.respond("200 OK", "Content-Type: text/html\r\n", PICTURE));

    assertThat(fetching.fetch(url("/p.html")).picture()).isEqualTo(PICTURE);
  }

  @Test
  void whatIsNotHttpIsUnreachable() {
    server.on("/p.png", (request, connection) -> connection.write("SSH-2.0-OpenSSH_9.6\r\n\r\n"));

    assertThat(fetching.fetch(url("/p.png")).failure().code())
        .isEqualTo(FailureCode.IMAGE_UNREACHABLE);
  }

  @Test
  void identicalAddressesAreDownloadedOnce() throws InterruptedException {
    CountDownLatch allAsked = new CountDownLatch(1);
    server.on(
        "/p.png",
        (request, connection) -> {
          allAsked.await();
          connection.picture(PICTURE);
        });
    List<CompletableFuture<Fetching.Outcome>> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(fetching.start(url("/p.png")));
    }
    allAsked.countDown();

    List<Fetching.Outcome> outcomes = all.stream().map(CompletableFuture::join).toList();
    assertThat(outcomes).allSatisfy(each -> assertThat(each.picture()).isEqualTo(PICTURE));
    assertThat(server.requests()).hasSize(1);
    assertThat(fetching.count("shared")).isEqualTo(19);
    assertThat(fetching.budget().used()).isEqualTo(PICTURE.length);
    outcomes.forEach(each -> each.release().run());
    assertThat(fetching.budget().used()).isZero();
  }

  @Test
  void noMoreDownloadsOfAHostAtOnceThanItsCeiling() {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<CompletableFuture<Fetching.Outcome>> all = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      server.on(
          "/" + i,
          (request, connection) -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS);
            now.decrementAndGet();
            connection.picture(PICTURE);
          });
      all.add(fetching.start(url("/" + i)));
    }

    all.forEach(each -> Fetching.await(each).picture());
    assertThat(most.get()).isBetween(2, 8);
  }

  @Test
  void aDownloadThatNobodyWantsAnyMoreEnds() {
    server.on("/p.png", (request, connection) -> connection.write("HTTP/1.1 200 OK\r\n"));
    Configuration patient =
        Fetching.config(server.port())
            .set(SatchelOptions.FETCH_IDLE_TIMEOUT, Fetching.HANG)
            .set(SatchelOptions.FETCH_TIMEOUT, Fetching.HANG);
    try (Fetching other = fetchingWith(patient)) {
      Runnable forget =
          other.start(
              Fetching.task(url("/p.png"), Instant.now().plus(Fetching.HANG)),
              new CompletableFuture<>());
      Awaitility.await().until(() -> !server.requests().isEmpty());
      forget.run();
      Awaitility.await().until(() -> server.openConnections() == 0);
    }
  }

  private Fetching fetchingWith(Configuration config) {
    return new Fetching(config, NAMES);
  }

  private Configuration smallConfig() {
    return Fetching.config(server.port())
        .set(SatchelOptions.FETCH_MAX_SIZE, new MemorySize(200_000))
        .set(SatchelOptions.FETCH_MEMORY, new MemorySize(200_001));
  }

  private String url(String path) {
    return "http://pictures.test:" + server.port() + path;
  }

  private static void redirect(TestServer.Connection connection, String to) throws IOException {
    connection.respond("302 Found", "Location: " + to + "\r\n", new byte[0]);
  }

  private static byte[] gzip(byte[] content) {
    return gzip(content, 0);
  }

  private static byte[] gzip(byte[] content, int zeros) {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write(content);
      out.write(new byte[zeros]);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return zipped.toByteArray();
  }

  private static Problem unreachable(String host) {
    return new Problem(FailureCode.IMAGE_UNREACHABLE, "Unable to download image from " + host);
  }

  private static Problem timeout() {
    return new Problem(FailureCode.IMAGE_TIMEOUT, "Unable to download image from the website");
  }

  private static Problem tooLarge() {
    return new Problem(FailureCode.IMAGE_TOO_LARGE, "Image size exceeds maximum limit");
  }

  private static Problem throttled() {
    return new Problem(
        FailureCode.IMAGE_THROTTLED,
        "pictures.test is receiving too many requests for images and has started refusing access.");
  }
}
