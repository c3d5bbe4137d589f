package io.github.satchel.connectors.training.watson;

import static io.github.satchel.connectors.training.watson.TestTrainings.replacing;
import static io.github.satchel.connectors.training.watson.WatsonFixture.classifier;
import static io.github.satchel.connectors.training.watson.WatsonFixture.error;
import static io.github.satchel.connectors.training.watson.WatsonFixture.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.github.satchel.connectors.training.Classifier;
import io.github.satchel.connectors.training.FollowUp;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.TrainingEvent;
import io.github.satchel.connectors.training.operator.Trainer.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplacementTest {

  private static final Instant NOW = WatsonFixture.NOW;
  private static final String FIRST = "secret-key-first";

  private WatsonFixture fixture;
  private FakeWatson watson;

  @BeforeEach
  void start(@TempDir Path directory) throws IOException {
    fixture = new WatsonFixture(directory);
    watson = fixture.watson;
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void theOldClassifierIsDeletedAfterTheNewOneIsCreated() throws Exception {
    watson.addClassifier(FIRST, "old_1", "My pets");

    TrainingEvent outcome = fixture.upload(replacing(fixture.pets("r1", "first"), "old_1"));

    assertThat(watson.ids(FIRST)).containsExactly("old_1", classifier(outcome).id());
    assertThat(outcome.upload().deletedFirst()).isEmpty();
    FollowUp removal = removals(outcome).get(0);
    assertThat(removal.due()).isEqualTo(NOW);

    advance(removal, NOW);

    assertThat(watson.ids(FIRST)).containsExactly(classifier(outcome).id());
    assertThat(fixture.counts()).containsEntry("classifiersDeleted", 1L);
  }

  @Test
  void aDeletionIsRepeatedOnceBecauseTheClassifierMayReappear() throws Exception {
    watson.addClassifier("secret-key-second", "old_1", "My pets");
    FollowUp removal =
        FollowUp.at(FollowUp.Kind.DELETION, "old_1", List.of("first", "second"), NOW);

    FollowUp again = next(advance(removal, NOW));

    Instant due = NOW.plus(Duration.ofMinutes(15));
    assertThat(again)
        .isEqualTo(FollowUp.at(FollowUp.Kind.SECOND_DELETION, "old_1", List.of("second"), due));
    watson.addClassifier("secret-key-second", "old_1", "My pets");
    assertThat(advance(again, due)).isEqualTo(Step.DONE);
    assertThat(watson.classifiers("secret-key-second")).isZero();
  }

  @Test
  void aClassifierThatIsNowhereIsLookedForAgainUnderAllCredentials() throws Exception {
    FollowUp removal =
        FollowUp.at(FollowUp.Kind.DELETION, "old_1", List.of("first", "second"), NOW);

    assertThat(next(advance(removal, NOW)).credentials()).containsExactly("first", "second");
  }

  @Test
  void aDeletionThatFailsInPassingIsTriedAgainAndGivenUpAfterTwoHours() throws Exception {
    watson.addClassifier(FIRST, "old_1", "My pets");
    for (int i = 0; i < 3; i++) {
      watson.deletes.add(FakeWatson.answering(503, ""));
    }
    FollowUp removal = FollowUp.at(FollowUp.Kind.DELETION, "old_1", List.of("first"), NOW);

    FollowUp second = next(advance(removal, NOW));
    FollowUp third = next(advance(second, second.due()));

    assertThat(Duration.between(NOW, second.due())).isEqualTo(Duration.ofSeconds(5));
    assertThat(Duration.between(second.due(), third.due())).isEqualTo(Duration.ofSeconds(10));
    assertThat(advance(third, NOW.plus(Duration.ofHours(2)))).isEqualTo(Step.DONE);
    assertThat(fixture.counts()).containsEntry("deletionsFailed", 1L);
  }

  @Test
  void idsWithAccentsAndSpacesArePercentEncoded() throws Exception {
    watson.addClassifier(FIRST, "Mes bêtes/1", "My pets");
    FollowUp removal = FollowUp.at(FollowUp.Kind.DELETION, "Mes bêtes/1", List.of("first"), NOW);

    advance(removal, NOW);

    assertThat(watson.deletes().get(0).path())
        .isEqualTo("/v3/classifiers/Mes%20b%C3%AAtes%2F1?version=2018-03-19");
    assertThat(watson.classifiers(FIRST)).isZero();
  }

  @Test
  void aFullPlanMakesRoomByDeletingFirstAndTheEventSaysSo() throws Exception {
    watson.addClassifier(FIRST, "somebody_elses_1", "Other");
    watson.addClassifier(FIRST, "old_1", "My pets");
    watson.creates.add(FakeWatson.answering(400, FakeWatson.PLAN_FULL));

    TrainingEvent outcome =
        fixture.upload(replacing(fixture.pets("r1", "first"), "gone_1", "old_1"));

    assertThat(outcome.upload().deletedFirst()).containsExactly("old_1");
    assertThat(watson.ids(FIRST)).containsExactly("somebody_elses_1", classifier(outcome).id());
    assertThat(removals(outcome))
        .extracting(FollowUp::classifierId, FollowUp::kind)
        .containsExactly(
            tuple("gone_1", FollowUp.Kind.DELETION), tuple("old_1", FollowUp.Kind.SECOND_DELETION));
  }

  @Test
  void nothingIsDeletedFirstWhileOtherCredentialsHaveRoom() throws Exception {
    watson.addClassifier(FIRST, "old_1", "My pets");
    watson.creates.add(FakeWatson.answering(400, FakeWatson.PLAN_FULL));

    TrainingEvent outcome =
        fixture.upload(replacing(fixture.pets("r1", "first", "second"), "old_1"));

    assertThat(classifier(outcome).credentials()).isEqualTo("second");
    assertThat(outcome.upload().deletedFirst()).isEmpty();
    assertThat(watson.ids(FIRST)).containsExactly("old_1");
  }

  @Test
  void nothingIsDeletedFirstThatTheTrainingDoesNotReplace() throws Exception {
    watson.addClassifier(FIRST, "somebody_elses_1", "My pets");
    watson.creates.add(FakeWatson.answering(400, FakeWatson.PLAN_FULL));

    TrainingEvent outcome = fixture.upload(replacing(fixture.pets("r1", "first"), "old_1"));

    assertThat(error(outcome).code()).isEqualTo("credentials-exhausted");
    assertThat(watson.ids(FIRST)).containsExactly("somebody_elses_1");
    assertThat(watson.deletes()).isEmpty();
  }

  @Test
  void noMoreIsDeletedFirstThanIsNeeded() throws Exception {
    watson.addClassifier(FIRST, "old_1", "My pets");
    watson.addClassifier(FIRST, "old_2", "My pets");
    watson.addClassifier(FIRST, "old_3", "My pets");
    watson.creates.add(FakeWatson.answering(400, FakeWatson.PLAN_FULL));
    watson.creates.add(FakeWatson.answering(400, FakeWatson.PLAN_FULL));

    TrainingEvent outcome =
        fixture.upload(replacing(fixture.pets("r1", "first"), "old_1", "old_2", "old_3"));

    assertThat(outcome.upload().deletedFirst()).containsExactly("old_1", "old_2");
    assertThat(watson.ids(FIRST)).containsExactly("old_3", classifier(outcome).id());
  }

  @Test
  void aFailureAfterADeletionSaysWhatWasDeleted() throws Exception {
    watson.addClassifier(FIRST, "old_1", "My pets");
    watson.creates.add(FakeWatson.answering(400, FakeWatson.PLAN_FULL));
    watson.creates.add(FakeWatson.answering(400, "{\"error\":{\"description\":\"bad images\"}}"));

    TrainingEvent outcome = fixture.upload(replacing(fixture.pets("r1", "first"), "old_1"));

    assertThat(error(outcome).code()).isEqualTo("upload-refused");
    assertThat(error(outcome).message()).endsWith("To make room, old_1 had been deleted.");
    assertThat(outcome.upload().deletedFirst()).containsExactly("old_1");
    assertThat(fixture.trainer.after(outcome, NOW)).isEmpty();
  }

  @Test
  void aCrashBetweenTheDeletionAndTheCreateForgetsNothing() throws Exception {
    Training training = replacing(fixture.pets("r1", "first"), "old_1");
    watson.addClassifier(FIRST, "old_1", "My pets");
    StringBuilder journal = new StringBuilder();
    watson.creates.add(FakeWatson.answering(400, FakeWatson.PLAN_FULL));
    watson.deletes.add(
        (exchange, call) -> {
          journal.append(Files.readString(TestTrainings.file(training.journal())));
          FakeWatson.answering(200, "{}").answer(exchange, call);
        });
    fixture.upload(training);
    Files.writeString(TestTrainings.file(training.journal()), journal);
    List<String> created = watson.ids(FIRST);
    fixture.restart();

    TrainingEvent outcome = fixture.upload(training);

    assertThat(outcome.upload().deletedFirst()).containsExactly("old_1");
    assertThat(created).contains(classifier(outcome).id());
    assertThat(watson.creates()).hasSize(2);
  }

  @Test
  void aTrainingThatIsToldAgainDeletesAgainWithoutHarm() throws Exception {
    watson.addClassifier(FIRST, "old_1", "My pets");
    Training training = replacing(fixture.pets("r1", "first"), "old_1");
    TrainingEvent outcome = fixture.upload(training);
    advance(removals(outcome).get(0), NOW);
    fixture.restart();

    TrainingEvent again = fixture.upload(training);
    advance(removals(again).get(0), NOW);

    assertThat(again).isEqualTo(outcome);
    assertThat(watson.ids(FIRST)).containsExactly(classifier(outcome).id());
  }

  private List<FollowUp> removals(TrainingEvent outcome) {
    return fixture.trainer.after(outcome, NOW).stream()
        .filter(each -> each.kind() != FollowUp.Kind.STATUS)
        .toList();
  }

  /** Of a training with all the credentials that a deletion here may name. */
  private Step advance(FollowUp work, Instant now) throws Exception {
    Classifier created = new Classifier("new_1", "My pets", "training", NOW, "", "first");
    return fixture.trainer.advance(fixture.pets("r1", "first", "second"), created, work, now);
  }
}
