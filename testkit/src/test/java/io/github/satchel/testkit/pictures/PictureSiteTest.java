package io.github.satchel.testkit.pictures;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PictureSiteTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static PictureSite site;

  @BeforeAll
  static void start() throws IOException {
    site = PictureSite.builder().seed(5).poolSize(20).patience(Duration.ofSeconds(2)).start();
  }

  @AfterAll
  static void stop() throws IOException {
    site.close();
  }

  @Test
  void aSeedDeterminesTheSequence() throws Exception {
    try (PictureSite same = PictureSite.builder().seed(5).poolSize(20).start();
        PictureSite other = PictureSite.builder().seed(6).poolSize(20).start()) {
      long n = first(PictureKind.WEBCAM);
      assertThat(get(same.pictureUrl(n)).body()).isEqualTo(get(site.pictureUrl(n)).body());
      assertThat(get(other.pictureUrl(n)).body()).isNotEqualTo(get(site.pictureUrl(n)).body());
    }
  }

  @ParameterizedTest
  @EnumSource(value = PictureKind.class, mode = EnumSource.Mode.EXCLUDE, names = "LARGE_PHOTO")
  void aPictureIsServedAsItWasDrawn(PictureKind kind) throws Exception {
    long n = first(kind) + 20_000_000_000L;
    assertThat(site.pictureUrl(n)).endsWith("/pictures/" + n + "." + kind.extension());

    HttpResponse<byte[]> response = get(site.pictureUrl(n));

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).contains(kind.contentType());
    assertThat(response.body()).isEqualTo(site.picture(n).bytes());
    assertThat(ImageIO.read(new ByteArrayInputStream(response.body()))).isNotNull();
  }

  @Test
  void everyKindOfPictureIsInTwenty() {
    assertThat(LongStream.range(0, 20).mapToObj(PictureSiteTest::kind))
        .contains(PictureKind.values());
  }

  @Test
  void aFlakyPictureIsRefusedOnce() throws Exception {
    long n = first(PictureKind.DRAWING);
    assertThat(get(site.flakyUrl(n)).statusCode()).isEqualTo(503);
    assertThat(get(site.flakyUrl(n)).body()).isEqualTo(site.picture(n).bytes());
  }

  @Test
  void hundredsOfSlowAnswersHoldNoThread() throws Exception {
    var latency = new Latency(Duration.ofSeconds(2), Duration.ofMillis(100));
    try (PictureSite slow = PictureSite.builder().poolSize(20).latency(latency).start()) {
      Instant start = Instant.now();
      CompletableFuture<?>[] answers =
          LongStream.range(0, 300)
              .mapToObj(n -> slow.faultUrl(PictureFault.NOT_FOUND, n))
              .map(url -> CLIENT.sendAsync(request(url), BodyHandlers.discarding()))
              .toArray(CompletableFuture<?>[]::new);
      CompletableFuture.allOf(answers).join();

      // With a thread a request, 16 of them would take 38 s.
      assertThat(Duration.between(start, Instant.now()))
          .isBetween(Duration.ofSeconds(2), Duration.ofSeconds(30));
      assertThat(slow.requests()).containsEntry("NOT_FOUND", 300L);
    }
  }

  @Test
  void requestsAreCountedByKind() throws Exception {
    try (PictureSite counting = PictureSite.builder().poolSize(20).start()) {
      get(counting.faultUrl(PictureFault.EMPTY, 1));
      get(counting.faultUrl(PictureFault.EMPTY, 2));
      get(counting.flakyUrl(1));
      get(counting.url() + "/favicon.ico");
      assertThat(counting.requests())
          .hasSize(3)
          .containsEntry("EMPTY", 2L)
          .containsEntry("flaky", 1L)
          .containsEntry("unknown", 1L);
    }
  }

  @Test
  void anAnswerThatNeverComesIsCutOffByClosing() throws Exception {
    PictureSite closing = PictureSite.builder().poolSize(20).start();
    CompletableFuture<HttpResponse<Void>> answer =
        CLIENT.sendAsync(
            request(closing.faultUrl(PictureFault.NEVER_ANSWERS, 1)), BodyHandlers.discarding());
    await().until(() -> closing.requests().containsKey("NEVER_ANSWERS"));
    closing.close();
    assertThatThrownBy(() -> answer.orTimeout(10, SECONDS).join())
        .hasCauseInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "NOT_FOUND, 404",
    "SERVER_ERROR, 500",
    "UNAUTHORIZED, 401",
    "FORBIDDEN, 403",
    "THROTTLED, 429",
    "REDIRECT_LOOP, 302",
    "BLOCKED_REDIRECT, 302"
  })
  void aStatusIsAllThereIs(PictureFault fault, int status) throws Exception {
    assertThat(get(site.faultUrl(fault, 1)).statusCode()).isEqualTo(status);
  }

  @Test
  void redirectsLeadWhereTheySay() throws Exception {
    String loop = site.faultUrl(PictureFault.REDIRECT_LOOP, 1);
    assertThat(get(loop).headers().firstValue("location")).contains(loop);
    assertThat(
            get(site.faultUrl(PictureFault.BLOCKED_REDIRECT, 1)).headers().firstValue("location"))
        .contains(site.faultUrl(PictureFault.BLOCKED_ADDRESS, 1));
    assertThat(URI.create(site.faultUrl(PictureFault.BLOCKED_ADDRESS, 1)).getHost())
        .isEqualTo("169.254.169.254");
  }

  @Test
  void nobodyListensWhereConnectionsAreRefused() {
    assertThatThrownBy(() -> get(site.faultUrl(PictureFault.CONNECTION_REFUSED, 1)))
        .isInstanceOf(ConnectException.class);
  }

  @Test
  void aResetReachesTheClientAsAReset() throws Exception {
    assertThatThrownBy(() -> readAll(site.faultUrl(PictureFault.CONNECTION_RESET, 1)))
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
  }

  @Test
  void aCutBodyIsShorterThanDeclared() throws Exception {
    String response = readAll(site.faultUrl(PictureFault.CUT_SHORT, 1));
    int head = response.indexOf("\r\n\r\n") + 4;
    assertThat(declaredLength(response)).isGreaterThan(response.length() - head);
    assertThat(response.length()).isGreaterThan(10_000);
  }

  @ParameterizedTest
  @EnumSource(names = {"NEVER_ANSWERS", "DRIP"})
  void aSlowAnswerIsCutOffWhenPatienceEnds(PictureFault fault) {
    Instant start = Instant.now();
    assertThatThrownBy(() -> get(site.faultUrl(fault, 1))).isInstanceOf(IOException.class);
    assertThat(Duration.between(start, Instant.now()))
        .isBetween(Duration.ofMillis(1900), Duration.ofSeconds(10));
  }

  @ParameterizedTest
  @EnumSource(names = {"HTML", "SVG", "EMPTY", "CORRUPT_HEADER"})
  void whatIsNoPictureCannotBeRead(PictureFault fault) throws Exception {
    String url = site.faultUrl(fault, 1);
    assertThat(url).endsWith(".jpg");
    HttpResponse<byte[]> response = get(url);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(ImageIO.read(new ByteArrayInputStream(response.body()))).isNull();
  }

  @Test
  void aTruncatedPictureHasNoEnd() throws Exception {
    byte[] body = get(site.faultUrl(PictureFault.TRUNCATED, 1)).body();
    assertThat(body).startsWith(0xff, 0xd8).hasSizeGreaterThan(10_000);
    byte[] end = Arrays.copyOfRange(body, body.length - 2, body.length);
    assertThat(end).isNotEqualTo(new byte[] {(byte) 0xff, (byte) 0xd9});
  }

  @ParameterizedTest
  @EnumSource(names = {"TOO_LARGE_DECLARED", "TOO_LARGE_ENDLESS"})
  void tooLargeBodiesGoOverTheLimit(PictureFault fault) throws Exception {
    HttpResponse<InputStream> response =
        CLIENT.send(request(site.faultUrl(fault, 1)), BodyHandlers.ofInputStream());
    assertThat(response.headers().firstValueAsLong("content-length").isPresent())
        .isEqualTo(fault == PictureFault.TOO_LARGE_DECLARED);
    try (InputStream body = response.body()) {
      assertThat(body.skip(52_428_801)).isEqualTo(52_428_801);
    }
  }

  @Test
  void theBombIsSmallAndClaimsAHundredMegapixels() throws Exception {
    byte[] body = get(site.faultUrl(PictureFault.TOO_MANY_PIXELS, 1)).body();
    assertThat(body).hasSizeLessThan(200_000);
    try (ImageInputStream in =
        Objects.requireNonNull(ImageIO.createImageInputStream(new ByteArrayInputStream(body)))) {
      ImageReader reader = ImageIO.getImageReaders(in).next();
      reader.setInput(in);
      assertThat((long) reader.getWidth(0) * reader.getHeight(0)).isEqualTo(100_000_000L);
    }
  }

  @Test
  void aBombOfModestSizeIsAWholePng() throws Exception {
    var image = ImageIO.read(new ByteArrayInputStream(BombPng.write(300, 200)));
    assertThat(image.getWidth()).isEqualTo(300);
    assertThat(image.getHeight()).isEqualTo(200);
  }

  @Test
  void everyFaultLeadsToACodeOfTheContract() {
    assertThat(EnumSet.allOf(PictureFault.class))
        .extracting(PictureFault::code)
        .isSubsetOf(
            Set.of(
                "image-unreachable",
                "image-forbidden",
                "image-throttled",
                "image-timeout",
                "image-unsupported",
                "image-too-large",
                "image-too-many-pixels",
                "image-blocked-address"));
  }

  private static PictureKind kind(long n) {
    return new PicturePool(5, 20, Runnable::run).kind(n);
  }

  private static long first(PictureKind kind) {
    return LongStream.range(0, 20).filter(n -> kind(n) == kind).findFirst().orElseThrow();
  }

  private static HttpRequest request(String url) {
    return HttpRequest.newBuilder(URI.create(url)).build();
  }

  private static HttpResponse<byte[]> get(String url) throws IOException, InterruptedException {
    return CLIENT.send(request(url), BodyHandlers.ofByteArray());
  }

  /** Everything that comes back on a socket, head and body, a byte a character. */
  private static String readAll(String url) throws IOException {
    URI uri = URI.create(url);
    try (var socket = new Socket(uri.getHost(), uri.getPort())) {
      socket
          .getOutputStream()
          .write(("GET " + uri.getPath() + " HTTP/1.1\r\nHost: site\r\n\r\n").getBytes(US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }

  private static long declaredLength(String response) {
    return response
        .lines()
        .filter(line -> line.startsWith("Content-Length: "))
        .mapToLong(line -> Long.parseLong(line.substring("Content-Length: ".length())))
        .findFirst()
        .orElseThrow();
  }
}
