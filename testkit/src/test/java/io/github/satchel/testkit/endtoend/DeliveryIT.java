package io.github.satchel.testkit.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.client.RequestBuilder;
import io.github.satchel.client.Result;
import io.github.satchel.contract.Event;
import io.github.satchel.testing.SettableClock;
import io.github.satchel.testkit.JobSettings;
import io.github.satchel.testkit.LocalServices;
import io.github.satchel.testkit.flink.RunningJob;
import io.github.satchel.testkit.watson.Call;
import io.github.satchel.testkit.watson.Classifier;
import io.github.satchel.testkit.watson.Fault;
import io.github.satchel.testkit.watson.WatsonEmulator;
import io.github.satchel.trainer.api.CallKind;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of packed requests: to the end of the training, or at an endpoint. */
@TestInstance(Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before all tests
class DeliveryIT {

  private static final String KEY = "pool-1";
  private static final Duration TRAINING = Duration.ofMinutes(4);
  private static final Duration REAPPEAR = Duration.ofMinutes(5);
  private static final Duration DELETE_AGAIN = Duration.ofSeconds(8);

  /** The trainer's: trainings end when a test wants it. */
  private final SettableClock clock = new SettableClock(Instant.now());

  private Path directory;
  private LocalServices services;
  private Site site;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    this.directory = directory;
    services =
        LocalServices.builder(directory.resolve("services"))
            .watsonKeys(1, 3)
            .watson(watson -> watson.clock(clock).trainingTime(TRAINING).reappearAfter(REAPPEAR))
            .start();
    site = new Site(services);
  }

  @AfterAll
  void stop() throws Exception {
    site.close();
    services.close();
  }

  @Test
  void whatReplacedAClassifierInTrainingIsAloneInTheEndAndItsTrainingIsTold() throws Exception {
    services.watson().failNextTrainings(KEY, "All pictures are black");
    String black;
    String replaced;
    String replacement;
    try (RunningJob job = job()) {
      black = upload(request("black").watson(KEY).json());
      replaced = upload(request("replaced").watson(KEY).json());
      replacement = upload(replacing(request("replacement").watson(KEY).json(), replaced));
      await("deletion").until(() -> deletions(replaced) == 1);
      job.checkpoint();
    }
    assertThat(classifiers()).containsExactly(black, replacement);
    clock.advance(REAPPEAR);
    assertThat(classifiers()).contains(replaced);
    assertThat(deletions(replaced)).isEqualTo(1);

    try (RunningJob job = job()) {
      JsonNode failed = last("black", "training-failed");
      assertThat(failed.at("/classifier/status").textValue()).isEqualTo("failed");
      assertThat(failed.at("/error/code").textValue()).isEqualTo("training-failed");
      assertThat(failed.at("/error/message").textValue()).contains("All pictures are black");
      JsonNode ready = last("replacement", "ready");
      assertThat(ready.at("/classifier/id").textValue()).isEqualTo(replacement);
      assertThat(ready.at("/classifier/status").textValue()).isEqualTo("ready");
      await("deletion").until(() -> deletions(replaced) == 2);
      assertThat(job.failures()).isEmpty();
      job.checkpoint();
    }
    assertThat(classifiers()).containsExactly(black, replacement);
    clock.advance(REAPPEAR);
    assertThat(classifiers()).containsExactly(black, replacement);
    assertThat(site.outcomes("replacement")).hasSize(1);
  }

  @Test
  void anEndpointGetsTheArchivesSignedAndTakesThemOnce() throws Exception {
    services
        .watson()
        .failNext(
            WatsonEmulator.RECEIVER,
            CallKind.CREATE,
            new Fault.Status(503),
            new Fault.LostAnswer());
    Event outcome;
    try (RunningJob job = job()) {
      outcome = site.train(request("posted").http(WatsonEmulator.RECEIVER).json()).event();
      job.checkpoint();
    }

    assertThat(outcome.type()).as("%s", outcome.error()).isEqualTo(Event.Type.UPLOADED);
    assertThat(outcome.classifier())
        .extracting("id", "name", "credentials")
        .containsExactly("model-posted", "Pets_posted", WatsonEmulator.RECEIVER);
    List<Call> deliveries =
        services.watson().history().stream()
            .filter(call -> call.keyName().equals(WatsonEmulator.RECEIVER))
            .toList();
    assertThat(deliveries).extracting(Call::status).containsExactly(503, 200, 208);
    assertThat(deliveries.get(1).examples())
        .extracting("className", "images")
        .containsExactlyInAnyOrder(tuple("cat", 10), tuple("dog", 10));
  }

  private RunningJob job() throws Exception {
    Map<String, String> settings = JobSettings.of(services.endpoints());
    settings.put("watson.follow-interval", "300 ms");
    settings.put("watson.follow-max-interval", "1 s");
    settings.put("watson.delete-again-after", DELETE_AGAIN.toSeconds() + " s");
    return RunningJob.start(settings, directory);
  }

  private RequestBuilder request(String id) {
    RequestBuilder request = new RequestBuilder(id, "project-" + id, "pupil", "Pets");
    for (int i = 0; i < 20; i++) {
      request.download(i < 10 ? "cat" : "dog", "image-" + i, services.pictures().pictureUrl(i));
    }
    return request;
  }

  private static ObjectNode replacing(ObjectNode request, String classifier) {
    ((ObjectNode) request.at("/deliverTo/watson")).putArray("replaces").add(classifier);
    return request;
  }

  /** The id of the classifier. */
  private String upload(ObjectNode request) {
    Event outcome = site.train(request).event();
    assertThat(outcome.type()).as("%s", outcome.error()).isEqualTo(Event.Type.UPLOADED);
    return Objects.requireNonNull(outcome.classifier()).id();
  }

  /** The event of that type, which is the request's last one. */
  private JsonNode last(String requestId, String type) {
    await(requestId + " " + type)
        .until(
            () -> site.results(requestId).stream().anyMatch(result -> type(result).equals(type)));
    List<Result> all = site.results(requestId);
    Result last = all.get(all.size() - 1);
    assertThat(type(last)).isEqualTo(type);
    return last.json();
  }

  private static String type(Result result) {
    return result.json().required("type").textValue();
  }

  private List<String> classifiers() {
    return services.watson().classifiers().stream().map(Classifier::id).toList();
  }

  private long deletions(String classifier) {
    return services.watson().history().stream()
        .filter(call -> call.kind() == CallKind.DELETE && call.status() == 200)
        .filter(call -> classifier.equals(call.classifierId()))
        .count();
  }
}
