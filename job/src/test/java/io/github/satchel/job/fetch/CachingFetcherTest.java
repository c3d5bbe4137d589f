package io.github.satchel.job.fetch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.FailureCode;
import io.github.satchel.contract.ImageLocation;
import io.github.satchel.contract.OutputFormat;
import io.github.satchel.contract.StoredImage;
import io.github.satchel.job.SatchelOptions;
import io.github.satchel.job.cache.CacheSettings;
import io.github.satchel.job.cache.CachedImage;
import io.github.satchel.job.cache.ImageCache;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.Provenance;
import io.github.satchel.job.model.Validators;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.configuration.Configuration;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CachingFetcherTest {

  private static final byte[] PICTURE = Fetching.picture(3_000);
  private static final byte[] RESIZED = "resized".getBytes(UTF_8);
  private static final Duration MAX_AGE = Duration.ofHours(1);
  private static final Duration TTL = Duration.ofDays(1);

  @TempDir private Path directory;

  private TestServer server;
  private Path kept;
  private Configuration config;
  private ImageCache cache;
  private @Nullable Fetching fetching;

  @BeforeEach
  void open() throws IOException {
    server = new TestServer("127.0.0.2");
    server.on(
        "/cat.png",
        (request, connection) -> {
          if ("\"one\"".equals(request.headers().get("if-none-match"))) {
            connection.write("HTTP/1.1 304 Not Modified\r\n\r\n");
          } else {
            connection.respond(
                "200 OK",
                "Content-Type: image/png\r\nETag: \"two\"\r\nLast-Modified: yesterday\r\n",
                PICTURE);
          }
        });
    kept = directory.resolve("kept");
    config =
        Fetching.config(server.port())
            .set(SatchelOptions.CACHE_DIR, kept.toUri().toString())
            .set(SatchelOptions.CACHE_MAX_AGE, MAX_AGE)
            .set(SatchelOptions.CACHE_TTL, TTL)
            .set(SatchelOptions.IMAGES_DIR, directory.resolve("store").toUri().toString());
    cache = new ImageCache(Objects.requireNonNull(CacheSettings.from(config)), Clock.systemUTC());
  }

  @AfterEach
  void close() throws IOException {
    if (fetching != null) {
      assertThat(fetching.budget().used()).isZero();
      fetching.close();
    }
    server.close();
  }

  @Test
  void aPictureThatIsNotKeptArrivesWithAllThatItTakesToKeepIt() {
    Fetching.Outcome outcome = fetch(cat());

    assertThat(outcome.picture()).isEqualTo(PICTURE);
    assertThat(outcome.provenance())
        .extracting(Provenance::key, Provenance::validators, Provenance::hosts)
        .containsExactly(
            cache.key(cat()), new Validators("\"two\"", "yesterday"), List.of(origin("cats")));
    assertThat(count("cache/missed")).isOne();
  }

  @Test
  void oneThatWasCheckedLatelyIsUsedWithoutAskingAnybody() throws IOException {
    keep(cat(), "\"one\"", Duration.ofMinutes(59));

    assertThat(fetch(cat()).picture()).isEqualTo(RESIZED);
    assertThat(server.requests()).isEmpty();
    assertThat(count("cache/hit")).isOne();
  }

  @Test
  void anOlderOneIsUsedWhenItsOriginSaysThatItHasNotChanged() throws IOException {
    keep(cat(), "\"one\"", Duration.ofMinutes(61));

    assertThat(fetch(cat()).picture()).isEqualTo(RESIZED);
    assertThat(server.requests("/cat.png"))
        .singleElement()
        .satisfies(
            request ->
                assertThat(request.headers())
                    .containsEntry("if-none-match", "\"one\"")
                    .containsEntry("if-modified-since", "long ago"));
    assertThat(count("cache/revalidated")).isOne();
    Awaitility.await("the new age is written behind its back")
        .untilAsserted(
            () -> assertThat(cache.isFresh(Objects.requireNonNull(read(cat())))).isTrue());
  }

  @Test
  void anOlderOneThatHasChangedComesAnew() throws IOException {
    keep(cat(), "\"zero\"", Duration.ofMinutes(61));

    Fetching.Outcome outcome = fetch(cat());

    assertThat(outcome.picture()).isEqualTo(PICTURE);
    assertThat(Objects.requireNonNull(outcome.provenance()).validators().etag())
        .isEqualTo("\"two\"");
  }

  @Test
  void oneThatNobodyHasCheckedForTooLongIsRemoved() throws IOException {
    keep(cat(), "\"one\"", TTL.plusSeconds(1));

    assertThat(fetch(cat()).picture()).isEqualTo(PICTURE);
    assertThat(file(cat())).doesNotExist();
  }

  @Test
  void oneWhoseHostHasMovedToABlockedAddressIsNotServed() throws IOException {
    keep(cat(), "\"one\"", Duration.ZERO);

    assertThat(fetch(cat(), "cats", "127.0.0.3").failure().code())
        .isEqualTo(FailureCode.IMAGE_BLOCKED_ADDRESS);
  }

  @Test
  void oneThatWasReachedThroughAHostThatIsBlockedNowIsNotServed() throws IOException {
    cache.write(
        new CachedImage(
            new Provenance(
                cache.key(cat()),
                Validators.NONE,
                List.of(origin("cats"), origin("dogs")),
                Instant.now()),
            "png",
            RESIZED));

    assertThat(fetch(cat(), "dogs", "10.0.0.1").picture()).isEqualTo(PICTURE);
    assertThat(count("cache/missed")).isOne();
  }

  @Test
  void theHostsOfRedirectsAreToldToo() {
    server.on(
        "/moved.png",
        (request, connection) ->
            connection.respond(
                "302 Found", "Location: " + url("dogs", "/cat.png") + "\r\n", new byte[0]));

    assertThat(Objects.requireNonNull(fetch(task("/moved.png")).provenance()).hosts())
        .containsExactly(origin("cats"), origin("dogs"));
  }

  @Test
  void whatMustNotBeStoredIsNotKept() {
    server.on(
        "/secret.png",
        (request, connection) ->
            connection.respond("200 OK", "Cache-Control: private, No-Store\r\n", PICTURE));

    Fetching.Outcome outcome = fetch(task("/secret.png"));

    assertThat(outcome.picture()).isEqualTo(PICTURE);
    assertThat(outcome.provenance()).isNull();
  }

  @Test
  void aServerThatSaysUnchangedWithoutBeingAskedHasNoPicture() {
    server.on("/odd.png", (request, connection) -> connection.write("HTTP/1.1 304 No\r\n\r\n"));

    assertThat(fetch(task("/odd.png")).failure().code()).isEqualTo(FailureCode.IMAGE_UNREACHABLE);
  }

  @Test
  void aFileThatIsCutShortOrDamagedIsNoPicture() throws IOException {
    keep(cat(), "\"one\"", Duration.ZERO);
    byte[] whole = Files.readAllBytes(file(cat()));
    for (int length = 0; length < whole.length; length++) {
      Files.write(file(cat()), Arrays.copyOf(whole, length));
      assertThat(read(cat())).as("%d of %d bytes", length, whole.length).isNull();
    }
    whole[whole.length - 1]++;
    Files.write(file(cat()), whole);

    assertThat(fetch(cat()).picture()).isEqualTo(PICTURE);
  }

  @Test
  void whatCannotBeReadIsFetched() throws IOException {
    Files.createDirectories(file(cat()));
    Files.write(file(cat()).resolve("a directory in its place"), RESIZED);

    assertThat(fetch(cat()).picture()).isEqualTo(PICTURE);
  }

  @Test
  void theSamePictureInAnotherFormatIsAnotherPicture() throws IOException {
    keep(cat(), "\"one\"", Duration.ZERO);
    ImageTask asJpeg =
        new ImageTask("request", 0, "cat", cat().location(), OutputFormat.JPEG, cat().deadline());

    assertThat(fetch(asJpeg).picture()).isEqualTo(PICTURE);
  }

  @Test
  void aStoredPictureIsUsedAgainUntilItIsReplaced() throws IOException {
    var image = new StoredImage("object", "project", "user", "class");
    var task =
        Fetching.task(
            new ImageLocation(ImageLocation.Type.RETRIEVE, null, null, image),
            Instant.now().plus(Fetching.HANG));
    Path object = directory.resolve("store/class/user/project/object");
    Files.createDirectories(object.getParent());
    Files.write(object, PICTURE);
    Provenance first = Objects.requireNonNull(fetch(task).provenance());
    cache.write(
        new CachedImage(
            new Provenance(
                first.key(), first.validators(), first.hosts(), Instant.now().minus(MAX_AGE)),
            "png",
            RESIZED));

    assertThat(fetch(task).picture()).isEqualTo(RESIZED);
    assertThat(count("cache/revalidated")).isOne();

    Awaitility.await().until(() -> cache.isFresh(Objects.requireNonNull(read(task))));
    cache.write(
        new CachedImage(
            new Provenance(
                first.key(), first.validators(), first.hosts(), Instant.now().minus(MAX_AGE)),
            "png",
            RESIZED));
    Files.write(object, Fetching.picture(4_000));

    assertThat(fetch(task).picture()).hasSize(4_000);
  }

  private void keep(ImageTask task, String etag, Duration age) throws IOException {
    cache.write(
        new CachedImage(
            new Provenance(
                cache.key(task),
                new Validators(etag, "long ago"),
                List.of(origin("cats")),
                Instant.now().minus(age)),
            "png",
            RESIZED));
  }

  private @Nullable CachedImage read(ImageTask task) throws IOException {
    String key = cache.key(task);
    return cache.read(key, (int) cache.length(key));
  }

  private Path file(ImageTask task) {
    String key = cache.key(task);
    return kept.resolve(key);
  }

  private ImageTask cat() {
    return task("/cat.png");
  }

  private ImageTask task(String path) {
    return Fetching.task(url("cats", path), Instant.now().plus(Fetching.HANG));
  }

  private String url(String host, String path) {
    return origin(host) + path;
  }

  private String origin(String host) {
    return "http://" + host + ".test:" + server.port();
  }

  private Fetching.Outcome fetch(ImageTask task) {
    return fetch(task, "cats", "127.0.0.2");
  }

  /** Fetches while a host has moved. */
  private Fetching.Outcome fetch(ImageTask task, String movedHost, String address) {
    var names = new HashMap<>(Map.of("cats.test", "127.0.0.2", "dogs.test", "127.0.0.2"));
    names.put(movedHost + ".test", address);
    if (fetching != null) {
      fetching.close();
    }
    fetching = new Fetching(config, new TestNames(Map.copyOf(names)));
    var outcome = new CompletableFuture<Fetching.Outcome>();
    fetching.start(task, outcome);
    return Fetching.await(outcome);
  }

  private long count(String counter) {
    return Objects.requireNonNull(fetching).count(counter);
  }
}
