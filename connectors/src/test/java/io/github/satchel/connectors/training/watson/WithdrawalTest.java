package io.github.satchel.connectors.training.watson;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.connectors.training.Classifier;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.TrainingError;
import io.github.satchel.connectors.training.TrainingEvent;
import io.github.satchel.connectors.training.TrainingEvent.Kind;
import io.github.satchel.connectors.training.operator.OperatorFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a training that is withdrawn. */
@SuppressWarnings("try") // The harness lets close() be interrupted.
class WithdrawalTest {

  private static final String KEY = "secret-key-first";
  private static final Duration SECOND_DELETION = Duration.ofMinutes(15);

  private Training training;
  private Training withdrawal;
  private FakeWatson watson;

  @BeforeEach
  void start(@TempDir Path directory) throws IOException {
    training = TestTrainings.pets(directory, "r1", "first");
    withdrawal = TestTrainings.of(training, List.of());
    watson = new FakeWatson();
  }

  @AfterEach
  void stop() {
    watson.close();
  }

  private WatsonSinkBuilder<Training> sink() {
    return watson.sink().setRemember(Duration.ofDays(30)).setMaxAttempts(1);
  }

  @Test
  void theClassifierOfATrainingThatHasEndedIsDeletedAndNothingOfItStays() throws Exception {
    try (var trainer = new OperatorFixture(sink().setFollow(false))) {
      Classifier created = train(trainer);
      assertThat(trainer.isEmpty()).as("it is remembered").isFalse();

      trainer.process(withdrawal);
      trainer.until(() -> trainer.withdrawn().size() == 1);

      assertThat(watson.ids(KEY)).isEmpty();
      assertThat(trainer.withdrawn().get(0).classifier()).isEqualTo(created);
      assertThat(trainer.withdrawn().get(0).error()).isNull();
      watson.addClassifier(KEY, created.id(), "My pets"); // it trained, and is back
      trainer.setTime(SECOND_DELETION);
      trainer.until(trainer::isEmpty);
      assertThat(watson.ids(KEY)).isEmpty();
      trainer.process(withdrawal);
      assertThat(trainer.withdrawn().get(1).classifier()).as("of a second one").isNull();
      assertThat(trainer.isEmpty()).isTrue();
    }
  }

  @Test
  void aTrainingIsRememberedNoLongerThanWanted() throws Exception {
    try (var trainer =
        new OperatorFixture(sink().setFollow(false).setRemember(Duration.ofSeconds(9)))) {
      Classifier created = train(trainer);
      trainer.setStateTime(Duration.ofSeconds(10));

      trainer.process(withdrawal);

      assertThat(trainer.withdrawn().get(0).classifier()).isNull();
      assertThat(watson.ids(KEY)).containsExactly(created.id());
    }
  }

  @Test
  void anUploadThatRunsEndsFirst() throws Exception {
    CountDownLatch answer = new CountDownLatch(1);
    watson.creates.add(
        (exchange, call) -> {
          try {
            answer.await();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          watson.create(exchange, call);
        });
    try (var trainer = new OperatorFixture(sink().setFollow(false))) {
      trainer.process(training);
      trainer.until(() -> watson.creates().size() == 1);
      trainer.process(withdrawal);
      trainer.process(withdrawal);
      assertThat(trainer.withdrawn()).isEmpty();
      answer.countDown();
      trainer.until(() -> trainer.withdrawn().size() == 2);

      assertThat(trainer.events()).extracting(TrainingEvent::kind).containsExactly(Kind.UPLOADED);
      assertThat(watson.ids(KEY)).isEmpty();
    }
  }

  @Test
  void aTrainingThatNobodyKnowsIsWithdrawnAtOnce() throws Exception {
    try (var trainer = new OperatorFixture(sink())) {
      trainer.process(withdrawal);

      assertThat(trainer.withdrawn())
          .singleElement()
          .satisfies(
              event -> {
                assertThat(event.training()).isEqualTo(withdrawal);
                assertThat(event.kind()).isEqualTo(Kind.WITHDRAWN);
                assertThat(event.classifier()).isNull();
              });
      assertThat(trainer.isEmpty()).isTrue();
    }
  }

  @Test
  void nothingMoreIsToldOfATrainingThatIsFollowed() throws Exception {
    try (var trainer = new OperatorFixture(sink().setFollow(true))) {
      train(trainer);
      trainer.process(withdrawal);
      trainer.until(() -> trainer.withdrawn().size() == 1);
      trainer.setTime(SECOND_DELETION);
      trainer.until(trainer::isEmpty);

      assertThat(trainer.events()).hasSize(1);
    }
  }

  @Test
  void aClassifierThatCannotBeDeletedInTwoHoursIsNamed() throws Exception {
    try (var trainer = new OperatorFixture(sink().setFollow(false))) {
      Classifier created = train(trainer);
      watson.deletes.add(FakeWatson.answering(401, "{}"));
      watson.deletes.add(FakeWatson.answering(401, "{}"));
      watson.deletes.add(FakeWatson.answering(401, "{}"));
      watson.deletes.add(FakeWatson.answering(401, "{}"));
      trainer.process(withdrawal);
      trainer.until(() -> trainer.followUpsUnderWay() == 0);
      assertThat(trainer.withdrawn()).isEmpty();
      trainer.setTime(Duration.ofHours(2));
      trainer.until(() -> trainer.withdrawn().size() == 1);

      TrainingEvent told = trainer.withdrawn().get(0);
      assertThat(told.classifier()).isEqualTo(created);
      assertThat(told.error())
          .extracting(TrainingError::code)
          .isEqualTo(TrainingError.DELETION_FAILED);
      assertThat(trainer.isEmpty()).isTrue();
    }
  }

  @Test
  void aWithdrawalGoesOnAfterARestart() throws Exception {
    OperatorSubtaskState state;
    try (var trainer = new OperatorFixture(sink().setFollow(false))) {
      train(trainer);
      watson.deletes.add(FakeWatson.answering(503, ""));
      trainer.process(withdrawal);
      trainer.until(() -> trainer.followUpsUnderWay() == 0);
      state = trainer.snapshot(1);
    }
    try (var trainer = new OperatorFixture(sink().setFollow(false), state, Duration.ofMinutes(1))) {
      trainer.until(() -> trainer.withdrawn().size() == 1);
      assertThat(watson.ids(KEY)).isEmpty();
    }
  }

  private Classifier train(OperatorFixture trainer) throws Exception {
    trainer.process(training);
    trainer.awaitEvents(1);
    return Objects.requireNonNull(trainer.events().get(0).classifier());
  }
}
