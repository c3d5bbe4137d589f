package io.github.satchel.testkit.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.client.RequestBuilder;
import io.github.satchel.contract.Event;
import io.github.satchel.testkit.JobSettings;
import io.github.satchel.testkit.LocalServices;
import io.github.satchel.testkit.watson.Call;
import io.github.satchel.testkit.watson.Classifier;
import io.github.satchel.testkit.watson.Fault;
import io.github.satchel.testkit.watson.FaultRates;
import io.github.satchel.trainer.api.CallKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A trainer that misbehaves and a job that is killed, at the same time; {@code RestartIT} has the
 * kill alone. Shorter with {@code -Dfaults.uploads=24 -Dfaults.kills=1}; {@code -Dfaults.seed=…}
 * takes other chances.
 */
class TrainerFaultsAttack {

  private static final int UPLOADS = Integer.getInteger("faults.uploads", 500);
  private static final int KILLS = Integer.getInteger("faults.kills", 5);
  private static final long SEED = Long.getLong("faults.seed", 1);
  private static final FaultRates RATES =
      new FaultRates(0.1, 0.1, 0.1, 0, Duration.ofSeconds(1), SEED);
  private static final List<String> KEYS = List.of("pool-1", "pool-2");
  private static final int IMAGES = 10;

  @TempDir private Path directory;

  @Test
  void everyUploadEndsOnceWithOneClassifier() throws Exception {
    try (LocalServices services =
            LocalServices.builder(directory.resolve("services"))
                .watsonKeys(KEYS.size(), UPLOADS)
                .watson(watson -> watson.faultRates(RATES))
                .start();
        Site site = new Site(services)) {
      // So that a short run meets each kind, too.
      services
          .watson()
          .failNextCreates(
              KEYS.get(0),
              new Fault.LostAnswer(),
              new Fault.Status(504, null, true),
              new Fault.ErrorObject(),
              new Fault.Dropped(),
              new Fault.SlowAnswer(RATES.delayTime()));
      Path configuration = configuration(services);
      List<String> sent =
          IntStream.range(0, UPLOADS).mapToObj(i -> site.send(request(services, i))).toList();
      for (int run = 0; run <= KILLS; run++) {
        int goal = UPLOADS * (run + 1) / (KILLS + 1);
        try (JobProcess job = JobProcess.start(configuration, directory, "run-" + run)) {
          await("outcomes of run " + run)
              .pollInterval(Duration.ofMillis(20))
              .until(() -> site.endings().size() >= goal || !job.isAlive());
          assertThat(site.endings()).as(job.output()).hasSizeGreaterThanOrEqualTo(goal);
        }
      }

      Map<String, Set<Event>> endings = site.endings();
      assertThat(endings).containsOnlyKeys(sent);
      assertThat(endings.values())
          .allSatisfy(
              ending ->
                  assertThat(ending)
                      .singleElement()
                      .extracting(Event::type)
                      .isEqualTo(Event.Type.UPLOADED));
      assertThat(services.watson().classifiers())
          .extracting(Classifier::name)
          .containsExactlyInAnyOrderElementsOf(sent.stream().map(id -> "Pets_" + id).toList());
      assertThat(services.watson().classifiers())
          .extracting(Classifier::id)
          .containsExactlyInAnyOrderElementsOf(
              endings.values().stream().flatMap(Set::stream).map(TrainerFaultsAttack::id).toList());
      assertThat(services.watson().history())
          .filteredOn(call -> call.kind() == CallKind.CREATE && call.status() == 200)
          .hasSize(UPLOADS);
      assertThat(archives(services)).isEmpty();
      report(services, endings);
    }
  }

  private static String id(Event uploaded) {
    return Objects.requireNonNull(uploaded.classifier()).id();
  }

  /** Faults must have happened, and people who repeat this want to see how many. */
  private static void report(LocalServices services, Map<String, Set<Event>> endings) {
    List<Call> creates =
        services.watson().history().stream()
            .filter(call -> call.kind() == CallKind.CREATE)
            .toList();
    long refused = creates.stream().filter(call -> call.status() != 200).count();
    long lost = creates.stream().filter(call -> call.status() == 200 && !call.answered()).count();
    assertThat(refused).isPositive();
    assertThat(lost).isPositive();
    System.out.printf(
        "%d outcomes, %d classifiers; %d creates, of which %d failed and %d lost their answer; %d"
            + " kills%n",
        endings.size(),
        services.watson().classifiers().size(),
        creates.size(),
        refused,
        lost,
        KILLS);
  }

  private Path configuration(LocalServices services) throws IOException {
    Map<String, String> settings = JobSettings.of(services.endpoints());
    settings.put("flink.execution.checkpointing.interval", "500 ms");
    settings.put("flink.execution.checkpointing.min-pause", "100 ms");
    // As small as the trainer takes them: the uploads are what matters here.
    settings.put("resize.width", "32");
    settings.put("resize.height", "32");
    settings.put("request.deadline", "30 min");
    settings.put("watson.max-uploads", "8");
    // A third of all calls goes wrong: five attempts would leave some of 500 uploads without luck.
    settings.put("watson.max-attempts", "15");
    Path file = directory.resolve("satchel.yaml");
    JobSettings.write(settings, file);
    return file;
  }

  private static ObjectNode request(LocalServices services, int number) {
    RequestBuilder request =
        new RequestBuilder("upload-" + number, "project-" + number, "pupil", "Pets")
            .watson(KEYS.toArray(String[]::new));
    for (int i = 0; i < 2 * IMAGES; i++) {
      String url = services.pictures().pictureUrl(i);
      request.download(i < IMAGES ? "cat" : "dog", "image-" + i, url);
    }
    return request.json();
  }

  private static List<Path> archives(LocalServices services) throws IOException {
    try (Stream<Path> files = Files.walk(services.archivesDirectory())) {
      return files.filter(file -> file.toString().endsWith(".zip")).toList();
    }
  }
}
