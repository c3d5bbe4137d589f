package io.github.satchel.testkit.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.client.RequestBuilder;
import io.github.satchel.contract.Event;
import io.github.satchel.testkit.JobSettings;
import io.github.satchel.testkit.LocalServices;
import io.github.satchel.testkit.pictures.Latency;
import io.github.satchel.testkit.watson.Classifier;
import io.github.satchel.testkit.watson.Fault;
import io.github.satchel.trainer.api.CallKind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code satchel run} in a process of its own, which is killed. */
class RestartIT {

  private static final int REQUESTS = 16;
  private static final int IMAGES = 10;
  private static final String KEY = "pool-1";

  @TempDir private Path directory;

  @Test
  void aJobKilledInABurstGoesOnWithoutLosingOrRepeatingARequest() throws Exception {
    try (LocalServices services =
            LocalServices.builder(directory.resolve("services"))
                .latency(new Latency(Duration.ZERO, Duration.ofSeconds(1)))
                .watsonKeys(1, 2 * REQUESTS)
                .start();
        Site site = new Site(services)) {
      services.pictures().drawAll();
      // Uploads take a while, so that the kill finds some half done.
      services
          .watson()
          .failNextCreates(
              KEY,
              Collections.nCopies(REQUESTS, new Fault.Delay(Duration.ofMillis(1500)))
                  .toArray(Fault[]::new));
      Path configuration = configuration(services);
      List<String> sent =
          IntStream.range(0, REQUESTS).mapToObj(i -> site.send(request(services, i))).toList();

      try (JobProcess first = JobProcess.start(configuration, directory, "first")) {
        await("some outcomes").until(() -> site.endings().size() >= 2);
        Optional<String> checkpoint = first.latestCheckpoint();
        await("a checkpoint in the middle")
            .pollInterval(Duration.ofMillis(20))
            .until(() -> !first.latestCheckpoint().equals(checkpoint));
      }
      assertThat(site.endings()).hasSizeBetween(2, REQUESTS - 1);

      try (JobProcess second = JobProcess.start(configuration, directory, "second")) {
        await("all outcomes").until(() -> site.endings().size() == REQUESTS);
        assertThat(second.output()).contains("Continuing from");
      }

      assertThat(site.endings()).containsOnlyKeys(sent);
      assertThat(site.endings().values())
          .allSatisfy(
              endings ->
                  assertThat(endings)
                      .singleElement()
                      .extracting(Event::type)
                      .isEqualTo(Event.Type.UPLOADED));
      assertThat(services.watson().classifiers())
          .extracting(Classifier::name)
          .containsExactlyInAnyOrderElementsOf(sent.stream().map(id -> "Pets_" + id).toList());
      assertThat(services.watson().history())
          .filteredOn(call -> call.kind() == CallKind.CREATE && call.status() == 200)
          .hasSize(REQUESTS);
    }
  }

  private Path configuration(LocalServices services) throws IOException {
    Map<String, String> settings = JobSettings.of(services.endpoints());
    settings.put("flink.execution.checkpointing.interval", "300 ms");
    settings.put("flink.execution.checkpointing.min-pause", "100 ms");
    Path file = directory.resolve("satchel.yaml");
    JobSettings.write(settings, file);
    return file;
  }

  private static ObjectNode request(LocalServices services, int number) {
    RequestBuilder request =
        new RequestBuilder("burst-" + number, "project-" + number, "pupil", "Pets").watson(KEY);
    for (int i = 0; i < 2 * IMAGES; i++) {
      String url = services.pictures().pictureUrl((long) number * 2 * IMAGES + i);
      request.download(i < IMAGES ? "cat" : "dog", "image-" + i, url);
    }
    return request.json();
  }
}
