package io.github.satchel.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.cli.Satchel;
import io.github.satchel.client.RequestBuilder;
import io.github.satchel.client.RequestProducer;
import io.github.satchel.client.Result;
import io.github.satchel.client.TopicFollower;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.Json;
import io.github.satchel.contract.Topics;
import io.github.satchel.testkit.JobSettings;
import io.github.satchel.testkit.LocalServices;
import io.github.satchel.testkit.TrainerProcess;
import io.github.satchel.testkit.flink.RunningJob;
import io.github.satchel.testkit.pictures.Subject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The trainer's process is killed with SIGKILL again and again while pupils press Train. It trains
 * with its real network, so npm is needed once.
 */
class TrainerKillAttack {

  private static final int TRAININGS = Integer.getInteger("faults.trainings", 100);
  private static final int KILLS = Integer.getInteger("faults.kills", 10);
  private static final int IMAGES = 15;
  private static final List<Subject> SUBJECTS = List.of(Subject.SUN, Subject.HOUSE);
  private static final Duration PATIENCE = Duration.ofMinutes(15);

  @TempDir private Path directory;

  private final Queue<Event> events = new ConcurrentLinkedQueue<>();
  private final Set<String> pressedAgain = new HashSet<>();

  @Test
  void everyClassifierThatAnEventCallsReadyClassifiesAndNoneIsHalfMade() throws Exception {
    try (TrainerProcess trainer =
            TrainerProcess.start(directory.resolve("trainer"), 2 * TRAININGS);
        LocalServices services =
            LocalServices.builder(directory.resolve("services")).watsonKeys(1, 1).start();
        RunningJob job = RunningJob.start(settings(services, trainer), directory.resolve("flink"));
        TopicFollower results =
            new TopicFollower(
                services.kafka().bootstrapServers(),
                Topics.RESULTS,
                message -> events.add(Result.of(message).event()));
        var producer = new RequestProducer(services.kafka().bootstrapServers())) {
      results.start();
      for (int pupil = 0; pupil < TRAININGS; pupil++) {
        producer.send(request(services, pupil, 1)).get();
      }
      for (int kill = 1; kill <= KILLS; kill++) {
        awaitUploads(kill * TRAININGS / (KILLS + 1), services, producer);
        trainer.crash();
      }
      awaitUploads(TRAININGS, services, producer);
      await("what becomes of all classifiers")
          .atMost(PATIENCE)
          .until(() -> concluded() == uploaded());

      assertThat(events)
          .extracting(Event::type)
          .doesNotContain(Event.Type.TRAINING_FAILED, Event.Type.TRAINING_UNKNOWN);
      List<String> ready = ready();
      assertThat(ready).hasSize(TRAININGS);
      int right = 0;
      // Those, too, whose response was lost in a crash, so that no event names them.
      List<String> all = classifiers();
      assertThat(all).containsAll(ready);
      for (String classifier : all) {
        for (Subject subject : SUBJECTS) {
          byte[] unseen = services.pictures().picture(subject, 1_000_000 + right);
          right += named(trainer, classifier, unseen).equals(subject.label()) ? 1 : 0;
        }
      }
      System.out.printf(
          "Trainer killed %d times during %d trainings (%d requests): %d ready, %d classifiers, %d of %d unseen pictures named correctly%n",
          KILLS,
          TRAININGS,
          TRAININGS + pressedAgain.size(),
          ready.size(),
          all.size(),
          right,
          SUBJECTS.size() * all.size());
      assertThat(right).isGreaterThanOrEqualTo(SUBJECTS.size() * all.size() * 9 / 10);
      assertThat(job.failures()).isEmpty();
      assertNothingHalfMadeIsThere();
    }
  }

  /** Pupils whose request failed while the trainer was down press Train again. */
  private void awaitUploads(int goal, LocalServices services, RequestProducer producer) {
    await("upload " + goal)
        .atMost(PATIENCE)
        .until(
            () -> {
              for (Event event : events) {
                if (event.type() == Event.Type.FAILED && pressedAgain.add(event.requestId())) {
                  String[] id = event.requestId().split("-", -1);
                  producer
                      .send(request(services, Integer.parseInt(id[1]), Integer.parseInt(id[2]) + 1))
                      .get();
                }
              }
              return uploaded() >= goal;
            });
  }

  /** The ids of all that are on the trainer's disk. */
  private List<String> classifiers() throws IOException {
    List<String> ids = new ArrayList<>();
    try (Stream<Path> classifiers = Files.list(directory.resolve("trainer/classifiers"))) {
      for (Path classifier : classifiers.toList()) {
        ids.add(
            Json.MAPPER
                .readTree(classifier.resolve("classifier.json").toFile())
                .path("id")
                .textValue());
      }
    }
    return ids;
  }

  /** Neither a part of a classifier, nor a picture. */
  private void assertNothingHalfMadeIsThere() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("trainer"))) {
      assertThat(files.map(Path::toString))
          .noneMatch(file -> file.endsWith(".part") || file.endsWith(".zip"));
    }
  }

  private static Map<String, String> settings(LocalServices services, TrainerProcess trainer) {
    Map<String, String> settings = JobSettings.of(services.endpoints());
    settings.putAll(trainer.settings());
    settings.put("trainer.max-attempts", "10");
    return settings;
  }

  private static ObjectNode request(LocalServices services, int pupil, int press) {
    RequestBuilder request =
        new RequestBuilder(
            "pupil-" + pupil + "-" + press, "project-" + pupil, "user-" + pupil, "Drawings");
    for (Subject subject : SUBJECTS) {
      for (int i = 0; i < IMAGES; i++) {
        long n = (long) pupil * IMAGES + i;
        request.download(
            subject.label(), subject.label() + n, services.pictures().subjectUrl(subject, n));
      }
    }
    return request.watson("pool-1").deadlineSeconds((int) PATIENCE.toSeconds()).json();
  }

  private long uploaded() {
    return events.stream()
        .filter(event -> event.type() == Event.Type.UPLOADED)
        .map(Event::requestId)
        .distinct()
        .count();
  }

  /** Of how many requests it was told what became of the training. */
  private long concluded() {
    return events.stream()
        .filter(event -> !event.type().isOutcome() && event.classifier() != null)
        .map(Event::requestId)
        .distinct()
        .count();
  }

  private List<String> ready() {
    return events.stream()
        .filter(event -> event.type() == Event.Type.READY)
        .map(event -> Objects.requireNonNull(event.classifier()).id())
        .distinct()
        .toList();
  }

  /** The class that a classifier is surest of, asked as a pupil does on the command line. */
  private String named(TrainerProcess trainer, String classifier, byte[] picture)
      throws IOException {
    Path file = Files.write(directory.resolve("unseen.jpg"), picture);
    CommandLine satchel = Satchel.commandLine();
    var out = new StringWriter();
    satchel.setOut(new PrintWriter(out));
    int status =
        satchel.execute(
            "classify",
            "--classifier",
            classifier,
            "--credentials",
            trainer.credentials().toString(),
            "--json",
            file.toString());
    assertThat(status).as(out.toString()).isZero();
    JsonNode classes = Json.MAPPER.readTree(out.toString()).at("/classifiers/0/classes");
    assertThat(classes).hasSize(SUBJECTS.size());
    return classes.path(0).path("class").textValue();
  }
}
