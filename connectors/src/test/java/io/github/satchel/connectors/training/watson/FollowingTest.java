package io.github.satchel.connectors.training.watson;

import static io.github.satchel.connectors.training.watson.WatsonFixture.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.connectors.training.Classifier;
import io.github.satchel.connectors.training.FollowUp;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.TrainingError;
import io.github.satchel.connectors.training.TrainingEvent;
import io.github.satchel.connectors.training.TrainingEvent.Kind;
import io.github.satchel.connectors.training.credentials.Credentials;
import io.github.satchel.connectors.training.operator.Trainer.Step;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FollowingTest {

  private static final Instant NOW = WatsonFixture.NOW;
  private static final String KEY = "secret-key-first";

  private WatsonFixture fixture;
  private FakeWatson watson;
  private Training training;
  private Classifier classifier;
  private FollowUp follow;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    fixture = new WatsonFixture(directory);
    watson = fixture.watson;
    training = fixture.pets("r1", "first");
    TrainingEvent outcome = fixture.upload(training);
    classifier = WatsonFixture.classifier(outcome);
    follow = fixture.trainer.after(outcome, NOW).get(0);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void theServiceIsAskedWithBackOff() throws Exception {
    List<Long> waits = new ArrayList<>();
    waits.add(Duration.between(NOW, follow.due()).toSeconds());
    for (int i = 0; i < 5; i++) {
      FollowUp next = next(advance(follow, follow.due()));
      waits.add(Duration.between(follow.due(), next.due()).toSeconds());
      follow = next;
    }

    assertThat(waits).containsExactly(10L, 15L, 22L, 33L, 50L, 60L);
  }

  @Test
  void aClassifierThatIsReadyIsTold() throws Exception {
    watson.end(KEY, classifier.id(), "ready", "");
    fixture.clock.advance(Duration.ofMinutes(5));

    TrainingEvent event = event(advance(follow, follow.due()));

    assertThat(event.kind()).isEqualTo(Kind.READY);
    assertThat(event.error()).isNull();
    assertThat(Objects.requireNonNull(event.classifier()).status()).isEqualTo("ready");
    assertThat(event.classifier().id()).isEqualTo(classifier.id());
    assertThat(event.at()).isEqualTo(NOW.plus(Duration.ofMinutes(5)));
    assertThat(fixture.counts()).containsEntry("classifiersReady", 1L);
  }

  @Test
  void aTrainingThatFailedIsToldWithTheServicesExplanation() throws Exception {
    watson.end(KEY, classifier.id(), "failed", "all images are the same");

    TrainingEvent event = event(advance(follow, follow.due()));

    assertThat(event.kind()).isEqualTo(Kind.TRAINING_FAILED);
    assertThat(event.error())
        .isEqualTo(
            new TrainingError(
                "training-failed",
                "The service could not train the classifier (all images are the same). Change the"
                    + " examples."));
  }

  @Test
  void whatWasHeardIsToldTheSameAfterACrash() throws Exception {
    watson.end(KEY, classifier.id(), "ready", "");
    TrainingEvent event = event(advance(follow, follow.due()));
    fixture.restart();
    fixture.clock.advance(Duration.ofMinutes(1));
    watson.end(KEY, classifier.id(), "failed", "");

    assertThat(event(advance(follow, follow.due()))).isEqualTo(event);
  }

  @Test
  void aTrainingThatTakesTooLongIsGivenUpAsUnknown() throws Exception {
    TrainingEvent event = event(advance(follow, NOW.plus(Duration.ofMinutes(30))));

    assertThat(event.kind()).isEqualTo(Kind.TRAINING_UNKNOWN);
    assertThat(Objects.requireNonNull(event.error()).message())
        .contains("it was still training after that time");
    assertThat(fixture.counts()).containsEntry("trainingsUnknown", 1L);
  }

  @Test
  void theLastCheckIsAtTheLimit() throws Exception {
    Instant nearTheEnd = NOW.plus(Duration.ofMinutes(30)).minusSeconds(5);

    assertThat(next(advance(follow, nearTheEnd)).due()).isEqualTo(NOW.plus(Duration.ofMinutes(30)));
  }

  @Test
  void aClassifierThatVanishedIsUnknownAfterThreeMisses() throws Exception {
    watson.shows.add(FakeWatson.answering(404, FakeWatson.NOT_FOUND));
    FollowUp next = next(advance(follow, NOW));
    next = next(advance(next, NOW));
    assertThat(next.misses()).isZero();

    for (int i = 0; i < 3; i++) {
      watson.shows.add(FakeWatson.answering(404, FakeWatson.NOT_FOUND));
    }
    next = next(advance(next, NOW));
    next = next(advance(next, NOW));
    TrainingEvent event = event(advance(next, NOW));

    assertThat(event.kind()).isEqualTo(Kind.TRAINING_UNKNOWN);
    assertThat(Objects.requireNonNull(event.error()).message()).contains("it is no longer there");
  }

  @Test
  void aServiceThatDoesNotAnswerIsAskedLater() throws Exception {
    watson.shows.add(
        (exchange, call) -> {
          exchange.getResponseHeaders().set("Retry-After", "300");
          FakeWatson.answering(503, "").answer(exchange, call);
        });

    assertThat(next(advance(follow, NOW)).due()).isEqualTo(NOW.plusSeconds(300));
  }

  @Test
  void credentialsThatAreGoneForAWhileAreNoEnd() throws Exception {
    Credentials removed = Objects.requireNonNull(fixture.credentials.remove("first"));
    FollowUp next = next(advance(follow, NOW));
    fixture.credentials.put("first", removed);
    watson.end(KEY, classifier.id(), "ready", "");

    assertThat(event(advance(next, NOW)).kind()).isEqualTo(Kind.READY);
  }

  @Test
  void aJournalThatIsGoneIsNotMadeAnew() throws Exception {
    Files.delete(TestTrainings.file(training.journal()));
    watson.end(KEY, classifier.id(), "ready", "");

    assertThat(event(advance(follow, NOW)).kind()).isEqualTo(Kind.READY);
    assertThat(TestTrainings.file(training.journal())).doesNotExist();
  }

  private Step advance(FollowUp work, Instant now) throws InterruptedException {
    return fixture.trainer.advance(training, classifier, work, now);
  }

  private static TrainingEvent event(Step step) {
    assertThat(step.next()).isNull();
    return Objects.requireNonNull(step.event());
  }
}
