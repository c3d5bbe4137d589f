package io.github.satchel.trainer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.github.satchel.guard.address.AddressPolicy;
import io.github.satchel.guard.address.HostPatterns;
import io.github.satchel.trainer.embedding.Network;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures at web addresses: only 127.0.0.2 may be asked, the site listens everywhere. */
class ClassifyByAddressTest {
  private static final String KEY = "a-key-for-class-seven";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir private Path directory;
  private final AtomicInteger served = new AtomicInteger();
  private HttpServer site;
  private Trainer trainer;
  private HttpCalls calls;
  private String classifier;

  @BeforeEach
  void start() throws Exception {
    site = HttpServer.create(new InetSocketAddress(InetAddress.getByName("0.0.0.0"), 0), 0);
    serve("/sun.png", TestPictures.sun(7));
    serve("/page.html", "<html>no picture</html>".getBytes(UTF_8));
    site.createContext(
        "/moved",
        exchange -> {
          exchange.getResponseHeaders().set("Location", at("127.0.0.1", "/sun.png"));
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
    site.start();
    Network network = TinyNetwork.in(directory);
    trainer =
        Trainer.builder(directory.resolve("trainer"), network)
            .withKey("class-7", KEY, 3)
            .addresses(AddressPolicy.allowing(List.of("127.0.0.2/32"), new HostPatterns(List.of())))
            .start();
    calls = new HttpCalls(trainer.uri(), KEY);
    classifier = trained();
  }

  @AfterEach
  void stop() throws IOException {
    trainer.close();
    site.stop(0);
  }

  @Test
  void aPictureAtAnAllowedAddressIsClassified() throws Exception {
    HttpResponse<String> answer = classify(at("127.0.0.2", "/sun.png"));

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    JsonNode image = MAPPER.readTree(answer.body()).at("/images/0");
    assertThat(image.at("/classifiers/0/classes/0/class").asText()).isEqualTo("sun");
    assertThat(image.path("source_url").asText()).endsWith("/sun.png");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"127.0.0.1", "127.1", "2130706433", "0x7f.1", "localhost", "[::ffff:127.0.0.1]"})
  void noSpellingOfAnotherAddressReachesIt(String host) throws Exception {
    assertRefused(classify(at(host, "/sun.png")));

    assertThat(served).hasValue(0);
  }

  @Test
  void aRedirectDoesNotLeadToAnotherAddress() throws Exception {
    assertRefused(classify(at("127.0.0.2", "/moved")));

    assertThat(served).hasValue(0);
  }

  @Test
  void whatIsNoPictureIsToldSo() throws Exception {
    HttpResponse<String> answer = classify(at("127.0.0.2", "/page.html"));

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("Invalid/corrupted image data");
  }

  private static void assertRefused(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    assertThat(answer.body()).contains("URL Fetcher error: Could not fetch URL: ");
  }

  private void serve(String path, byte[] content) {
    site.createContext(
        path,
        exchange -> {
          served.incrementAndGet();
          exchange.sendResponseHeaders(200, content.length);
          exchange.getResponseBody().write(content);
          exchange.close();
        });
  }

  private String at(String host, String path) {
    return "http://" + host + ":" + site.getAddress().getPort() + path;
  }

  private HttpResponse<String> classify(String address) throws Exception {
    return calls.get(
        "/v3/classify"
            + HttpCalls.VERSION
            + "&threshold=0&classifier_ids="
            + classifier
            + "&url="
            + URLEncoder.encode(address, UTF_8));
  }

  private String trained() throws Exception {
    Map<String, byte[]> parts = new LinkedHashMap<>();
    parts.put("name", "pets".getBytes(UTF_8));
    parts.put("sun_positive_examples\"; filename=\"a.zip", TestPictures.zip(true, 10, 1));
    parts.put("house_positive_examples\"; filename=\"b.zip", TestPictures.zip(false, 10, 1));
    HttpResponse<String> created =
        calls.post("/v3/classifiers" + HttpCalls.VERSION, HttpCalls.form(parts));
    assertThat(created.statusCode()).as(created.body()).isEqualTo(200);
    await().atMost(Duration.ofMinutes(2)).until(() -> trainer.unfinished() == 0);
    return MAPPER.readTree(created.body()).path("classifier_id").asText();
  }
}
