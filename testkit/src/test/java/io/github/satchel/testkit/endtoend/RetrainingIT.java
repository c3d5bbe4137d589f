package io.github.satchel.testkit.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.satchel.client.RequestBuilder;
import io.github.satchel.contract.Event;
import io.github.satchel.testkit.JobSettings;
import io.github.satchel.testkit.LocalServices;
import io.github.satchel.testkit.flink.RunningJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pupil adds pictures and presses Train again. */
class RetrainingIT {

  private static final String KEPT = "satchel-resized";
  private static final int IMAGES = 14;

  @Test
  void onlyTheNewPicturesAreAskedForAndTheOthersAreTheSame(@TempDir Path directory)
      throws Exception {
    try (LocalServices services = LocalServices.builder(directory.resolve("services")).start();
        Site site = new Site(services);
        RunningJob job = RunningJob.start(settings(services), directory.resolve("job"))) {
      Event first = site.train(request(services, "first", IMAGES).json()).event();
      long asked = asked(services);
      await("what the resize stage keeps behind its back")
          .until(() -> files(services.s3().directory(KEPT)) == 2 * IMAGES);

      Event again = site.train(request(services, "again", IMAGES).json()).event();
      assertThat(asked(services)).isEqualTo(asked);
      assertThat(digests(again)).isEqualTo(digests(first));

      Event more = site.train(request(services, "more", IMAGES + 1).json()).event();
      assertThat(asked(services)).isEqualTo(asked + 2);
      assertThat(more.images().done()).isEqualTo(2 * IMAGES + 2);
      assertThat(job.failures()).isEmpty();
    }
  }

  private static Map<String, String> settings(LocalServices services) {
    services.s3().bucket(KEPT);
    Map<String, String> settings = JobSettings.of(services.endpoints());
    settings.put("cache.dir", "s3://" + KEPT);
    return settings;
  }

  private static RequestBuilder request(LocalServices services, String id, int images) {
    RequestBuilder request = new RequestBuilder("retrain-" + id, "project-" + id, "pupil", "Pets");
    for (int i = 0; i < images; i++) {
      request.download("cat", "cat-" + i, services.pictures().pictureUrl(500 + i));
      request.download("dog", "dog-" + i, services.pictures().pictureUrl(600 + i));
    }
    return request.store();
  }

  private static long files(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile).count();
    }
  }

  private static long asked(LocalServices services) {
    return services.pictures().requests().getOrDefault("pictures", 0L);
  }

  private static List<String> digests(Event stored) {
    return stored.archives().stream().map(archive -> archive.sha256()).toList();
  }
}
