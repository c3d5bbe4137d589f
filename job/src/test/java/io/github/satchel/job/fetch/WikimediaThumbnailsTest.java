package io.github.satchel.job.fetch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.job.SatchelOptions;
import java.io.IOException;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WikimediaThumbnailsTest {

  private static final byte[] ORIGINAL = Fetching.picture(5_000);
  private static final byte[] THUMBNAIL = Fetching.picture(500);

  private TestServer server;
  private Fetching fetching;

  @BeforeEach
  void startServer() throws IOException {
    server = new TestServer("127.0.0.2");
    Configuration config =
        Fetching.config(server.port())
            .set(SatchelOptions.FETCH_WIKIMEDIA_PREFIX, commons(""))
            .set(
                SatchelOptions.FETCH_WIKIMEDIA_API,
                "http://api.test:" + server.port() + "/w/api.php");
    fetching =
        new Fetching(
            config,
            new TestNames(
                Map.of(
                    "upload.test", "127.0.0.2",
                    "thumbs.test", "127.0.0.2",
                    "api.test", "127.0.0.2")));
  }

  @AfterEach
  void stopServer() {
    fetching.close();
    server.close();
  }

  @Test
  void theThumbnailIsFetchedFromWhereTheApiSaysItIs() {
    server.on("/w/api.php", this::answer);
    server.on("/t/Gr%C3%B6%C3%9Fe_1.jpg", (request, connection) -> connection.picture(THUMBNAIL));

    assertThat(fetching.fetch(commons("a/ab/Gr%C3%B6%C3%9Fe_1.jpg")).picture())
        .isEqualTo(THUMBNAIL);
    assertThat(server.requests("/w/api.php").get(0).target())
        .contains("action=query", "prop=imageinfo", "iiprop=url", "iiurlwidth=500", "format=json");
  }

  @Test
  void theTitleOfAThumbnailIsTheSecondToLastPartOfItsPath() {
    server.on("/w/api.php", this::answer);
    server.on("/t/Cat.jpg", (request, connection) -> connection.picture(THUMBNAIL));

    assertThat(fetching.fetch(commons("thumb/a/ab/Cat.jpg/123px-Cat.jpg")).picture())
        .isEqualTo(THUMBNAIL);
  }

  @Test
  void titlesAreAskedForTogetherAndOnlyOnce() {
    server.on("/w/api.php", this::answer);
    List<CompletableFuture<Fetching.Outcome>> all = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      server.on("/t/" + i + ".jpg", (request, connection) -> connection.picture(THUMBNAIL));
      all.add(fetching.start(commons("a/ab/" + i + ".jpg")));
    }

    all.forEach(each -> assertThat(Fetching.await(each).picture()).isEqualTo(THUMBNAIL));
    assertThat(server.requests("/w/api.php")).hasSizeBetween(3, 10);
    assertThat(server.requests("/w/api.php"))
        .allSatisfy(request -> assertThat(titles(request)).hasSizeLessThanOrEqualTo(50));

    int calls = server.requests("/w/api.php").size();
    assertThat(fetching.fetch(commons("a/ab/7.jpg")).picture()).isEqualTo(THUMBNAIL);
    assertThat(server.requests("/w/api.php")).hasSize(calls);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "404 Not Found;",
        "200 OK;<html>maintenance</html>",
        "200 OK;{\"error\":{\"code\":\"ratelimited\"}}",
        "200 OK;{\"query\":{\"pages\":{\"-1\":{\"title\":\"File:Cat.jpg\",\"missing\":\"\"}}}}",
        "200 OK;{\"query\":{\"pages\":{\"1\":{\"title\":\"File:Cat.jpg\",\"imageinfo\":[]}}}}",
        "200 OK;[]",
        "200 OK;{\"query\":{\"pages\":{\"1\":{\"title\":\"File:Cat.jpg\",\"imageinfo\":[{\"thumburl\":\"http://10.0.0.1/c.jpg\"}]}}}}",
        "200 OK;{\"query\":{\"pages\":{\"1\":{\"title\":\"File:Cat.jpg\",\"imageinfo\":[{\"thumburl\":\"::\"}]}}}}"
      })
  void whateverGoesWrongTheOriginalIsFetched(String answer) {
    String[] parts = answer.split(";", 2);
    server.on(
        "/w/api.php",
        (request, connection) -> connection.respond(parts[0], "", parts[1].getBytes(UTF_8)));
    server.on("/commons/a/ab/Cat.jpg", (request, connection) -> connection.picture(ORIGINAL));

    assertThat(fetching.fetch(commons("a/ab/Cat.jpg")).picture()).isEqualTo(ORIGINAL);
  }

  @Test
  void aThumbnailThatIsMissingIsReplacedByTheOriginal() {
    server.on("/w/api.php", this::answer);
    server.on("/commons/a/ab/Cat.jpg", (request, connection) -> connection.picture(ORIGINAL));

    assertThat(fetching.fetch(commons("a/ab/Cat.jpg")).picture()).isEqualTo(ORIGINAL);
    assertThat(server.requests("/t/Cat.jpg")).hasSize(1);
  }

  private void answer(TestServer.Request request, TestServer.Connection connection)
      throws IOException {
    String normalised =
        titles(request).stream()
            .map(title -> "{\"from\":\"%s\",\"to\":\"%s\"}".formatted(title, file(title)))
            .collect(Collectors.joining(","));
    String pages =
        titles(request).stream()
            .map(
                title ->
                    "\"%d\":{\"title\":\"%s\",\"imageinfo\":[{\"thumburl\":\"http://thumbs.test:%d/t/%s\"}]}"
                        .formatted(
                            title.hashCode() & 0xffff,
                            file(title),
                            server.port(),
                            title.replace("Image:", "").replace(' ', '_')))
            .collect(Collectors.joining(","));
    connection.respond(
        "200 OK",
        "Content-Type: application/json\r\n",
        "{\"query\":{\"normalized\":[%s],\"pages\":{%s}}}"
            .formatted(normalised, pages)
            .getBytes(UTF_8));
  }

  private static String file(String title) {
    return title.replace("Image:", "File:");
  }

  private static List<String> titles(TestServer.Request request) {
    String titles = request.target().replaceFirst(".*titles=", "");
    return Arrays.asList(URLDecoder.decode(titles, UTF_8).split("\\|", -1));
  }

  private String commons(String path) {
    return "http://upload.test:" + server.port() + "/commons/" + path;
  }
}
