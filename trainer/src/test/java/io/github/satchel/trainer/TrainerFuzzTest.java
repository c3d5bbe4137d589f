package io.github.satchel.trainer;

import static io.github.satchel.trainer.HttpCalls.VERSION;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.trainer.api.Limits;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Valid calls with bytes changed by chance. {@code -Dsatchel.fuzz.seconds=600} does it for longer,
 * {@code -Dsatchel.fuzz.seed} otherwise.
 */
class TrainerFuzzTest {
  private static final long SECONDS = Long.getLong("satchel.fuzz.seconds", 3);
  private static final long SEED = Long.getLong("satchel.fuzz.seed", 1);
  private static final List<Integer> ANSWERS = List.of(200, 400, 404, 413, 429);

  @TempDir private Path directory;

  @Test
  void noChangeOfAByteBreaksTheReaderOfFormsAndZips() throws Exception {
    String key = "a-key-for-class-seven";
    Map<String, byte[]> parts = new LinkedHashMap<>();
    parts.put("name", "fuzz".getBytes(UTF_8));
    parts.put("sun_positive_examples\"; filename=\"a.zip", TestPictures.zip(true, 10, 1));
    parts.put("house_positive_examples\"; filename=\"b.zip", TestPictures.zip(false, 10, 1));
    byte[] create = HttpCalls.form(parts);
    byte[] classify =
        HttpCalls.form(
            Map.of(
                "images_file\"; filename=\"a.zip",
                TestPictures.zip(true, 3, 1),
                "parameters",
                "{\"classifier_ids\":[\"x\"]}".getBytes(UTF_8)));
    var random = new Random(SEED);
    int calls = 0;
    int taken = 0;
    try (Trainer trainer =
        Trainer.builder(directory.resolve("trainer"), TinyNetwork.in(directory))
            .withKey("class-7", key, 1_000_000)
            .limits(
                new Limits(
                    10, 100, 2_000_000, 5_000_000, 10_000, 32, 500_000, 4_000_000, 5, 30,
                    1_000_000))
            .start()) {
      var http = new HttpCalls(trainer.uri(), key);
      long end = System.nanoTime() + SECONDS * 1_000_000_000L;
      while (System.nanoTime() < end) {
        boolean creates = random.nextInt(4) > 0;
        byte[] body = mutated(creates ? create : classify, random);
        HttpResponse<String> answer =
            http.post("/v3/" + (creates ? "classifiers" : "classify") + VERSION, body);
        assertThat(answer.statusCode())
            .as("call %d with seed %d: %s", calls, SEED, answer.body())
            .isIn(ANSWERS);
        calls++;
        if (creates && answer.statusCode() == 200) {
          taken++;
          String id = answer.body().replaceAll("(?s).*\"classifier_id\":\"([^\"]+)\".*", "$1");
          http.method("DELETE", "/v3/classifiers/" + id + VERSION);
        }
      }
      assertThat(http.get("/v3/classifiers" + VERSION).statusCode()).isEqualTo(200);
      try (Stream<Path> left = Files.list(directory.resolve("trainer").resolve("incoming"))) {
        assertThat(left).isEmpty();
      }
    }
    System.out.println("fuzz: " + calls + " calls, " + taken + " trained");
    assertThat(calls).isPositive();
  }

  private static byte[] mutated(byte[] original, Random random) {
    byte[] body = original.clone();
    for (int changes = 1 + random.nextInt(8); changes > 0; changes--) {
      int at = random.nextInt(body.length);
      switch (random.nextInt(4)) {
        case 0 -> body[at] = (byte) random.nextInt(256);
        case 1 -> body[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> {
          int length = Math.min(random.nextInt(64), body.length - at);
          int from = random.nextInt(body.length - length);
          System.arraycopy(original, Math.min(from, original.length - length), body, at, length);
        }
        default -> {
          if (random.nextInt(20) == 0 && at > 1_000) {
            body = Arrays.copyOf(body, at);
          }
        }
      }
    }
    return body;
  }
}
