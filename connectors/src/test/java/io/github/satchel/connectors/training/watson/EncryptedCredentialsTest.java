package io.github.satchel.connectors.training.watson;

import static io.github.satchel.connectors.training.watson.TestTrainings.bringing;
import static io.github.satchel.connectors.training.watson.TestTrainings.replacing;
import static io.github.satchel.connectors.training.watson.WatsonFixture.classifier;
import static io.github.satchel.connectors.training.watson.WatsonFixture.error;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.connectors.training.FollowUp;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.TrainingEvent;
import io.github.satchel.connectors.training.TrainingEvent.Kind;
import io.github.satchel.connectors.training.credentials.TestKeys;
import io.github.satchel.connectors.training.operator.Trainer.Step;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings that bring along their credentials, from the upload to the last deletion. */
class EncryptedCredentialsTest {

  private static final Instant NOW = WatsonFixture.NOW;
  private static final String KEY = "secret-key-class-7";

  private Path directory;
  private WatsonFixture fixture;
  private FakeWatson watson;

  @BeforeEach
  void start(@TempDir Path directory) throws IOException {
    this.directory = directory;
    fixture = new WatsonFixture(directory);
    watson = fixture.watson;
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private Training training(String id, String... credentials) throws IOException {
    return bringing(fixture.pets(id, credentials), Map.of("class-7", fixture.encrypted(KEY)));
  }

  @Test
  void theClassifierIsCreatedUnderTheKeyThatCame() throws Exception {
    Training training = training("r1", "class-7");

    TrainingEvent outcome = fixture.upload(training);

    assertThat(classifier(outcome).credentials()).isEqualTo("class-7");
    assertThat(watson.classifiers(KEY)).isEqualTo(1);
    assertThat(Files.readString(TestTrainings.file(training.journal()))).doesNotContain(KEY);
  }

  @Test
  void whatCameIsUsedBeforeCredentialsOfTheSameName() throws Exception {
    Training training =
        bringing(fixture.pets("r1", "first"), Map.of("first", fixture.encrypted(KEY)));

    fixture.upload(training);

    assertThat(watson.classifiers(KEY)).isEqualTo(1);
    assertThat(watson.classifiers("secret-key-first")).isZero();
  }

  @Test
  void whatCannotBeDecryptedMovesOnAndIsReportedWithTheReason() throws Exception {
    TestKeys.write(directory, TestKeys.RSA);

    TrainingEvent outcome = fixture.upload(training("r1", "class-7", "second"));

    assertThat(classifier(outcome).credentials()).isEqualTo("second");
    assertThat(WatsonFixture.rejected(outcome)).containsExactly("class-7");
    assertThat(WatsonFixture.reasons(outcome))
        .containsExactly(
            Map.entry("class-7", "the job has no key ec-1: encrypt with a public key that it has"));
    assertThat(fixture.counts()).containsEntry("credentialsRejected", 1L);
  }

  @Test
  void ifNoneIsLeftTheErrorSaysWhy() throws Exception {
    TestKeys.write(directory, TestKeys.RSA);

    TrainingEvent outcome = fixture.upload(training("r1", "class-7"));

    assertThat(error(outcome).code()).isEqualTo("credentials-rejected");
    assertThat(error(outcome).message())
        .isEqualTo(
            "No credentials could be used: rejected or unknown (class-7: the job has no key ec-1:"
                + " encrypt with a public key that it has). Replace the keys, or name other"
                + " credentials.");
    assertThat(watson.calls).isEmpty();
  }

  @Test
  void anOutcomeIsToldAgainWithItsReasonsWhateverTheKeysAreThen() throws Exception {
    TestKeys.write(directory, TestKeys.RSA);
    Training training = training("r1", "class-7", "second");
    TrainingEvent outcome = fixture.upload(training);
    TestKeys.write(directory);
    fixture.restart();

    assertThat(fixture.upload(training)).isEqualTo(outcome);
  }

  @Test
  void aLostAnswerIsLookedUpUnderTheKeyThatCameAfterARestart() throws Exception {
    Training training = training("r1", "class-7");
    StringBuilder journal = new StringBuilder();
    watson.creates.add(
        (exchange, call) -> {
          journal.append(Files.readString(TestTrainings.file(training.journal())));
          watson.losingTheAnswer().answer(exchange, call);
        });
    TrainingEvent outcome = fixture.upload(training);
    Files.writeString(TestTrainings.file(training.journal()), journal);
    fixture.restart();

    TrainingEvent again = fixture.upload(restored(training));

    assertThat(classifier(again).id()).isEqualTo(classifier(outcome).id());
    assertThat(watson.creates()).hasSize(1);
    assertThat(watson.classifiers(KEY)).isEqualTo(1);
  }

  @Test
  void theClassifierIsFollowedWithTheKeyThatCameAfterARestart() throws Exception {
    TrainingEvent outcome = fixture.upload(training("r1", "class-7"));
    FollowUp follow = followUp(outcome, FollowUp.Kind.STATUS);
    watson.end(KEY, classifier(outcome).id(), "ready", "");
    fixture.restart();

    Step step = advance(outcome, follow, follow.due());

    assertThat(Objects.requireNonNull(step.event()).kind()).isEqualTo(Kind.READY);
  }

  @Test
  void aClassifierWhoseKeyIsGoneIsUnknownInTheEndAndTheEventSaysWhy() throws Exception {
    TrainingEvent outcome = fixture.upload(training("r1", "class-7"));
    FollowUp follow = followUp(outcome, FollowUp.Kind.STATUS);
    TestKeys.write(directory, TestKeys.RSA);

    Step step = advance(outcome, follow, NOW.plus(Duration.ofHours(1)));

    TrainingEvent event = Objects.requireNonNull(step.event());
    assertThat(event.kind()).isEqualTo(Kind.TRAINING_UNKNOWN);
    assertThat(event.error()).isNotNull();
    assertThat(event.error().message()).contains("the job has no key ec-1");
  }

  @Test
  void theOldClassifierIsDeletedWithTheKeyThatCameTwiceAfterRestarts() throws Exception {
    watson.addClassifier(KEY, "old_1", "My pets");
    TrainingEvent outcome = fixture.upload(replacing(training("r1", "first", "class-7"), "old_1"));
    assertThat(classifier(outcome).credentials()).isEqualTo("first");
    FollowUp deletion = followUp(outcome, FollowUp.Kind.DELETION);
    fixture.restart();

    FollowUp again = Objects.requireNonNull(advance(outcome, deletion, NOW).next());
    assertThat(watson.ids(KEY)).isEmpty();
    watson.addClassifier(KEY, "old_1", "My pets");
    fixture.restart();

    assertThat(advance(outcome, again, again.due())).isEqualTo(Step.DONE);
    assertThat(watson.ids(KEY)).isEmpty();
  }

  @Test
  void aFullPlanBehindTheKeyThatCameMakesRoom() throws Exception {
    watson.addClassifier(KEY, "old_1", "My pets");
    watson.creates.add(FakeWatson.answering(400, FakeWatson.PLAN_FULL));

    TrainingEvent outcome = fixture.upload(replacing(training("r1", "class-7"), "old_1"));

    assertThat(outcome.upload().deletedFirst()).containsExactly("old_1");
    assertThat(watson.ids(KEY)).containsExactly(classifier(outcome).id());
  }

  @Test
  void aKeyCoolsDownWhateverItIsWrappedInAndOthersOfItsNameDoNot() throws Exception {
    watson.creates.add(FakeWatson.answering(400, FakeWatson.PLAN_FULL));
    fixture.upload(training("r1", "class-7", "second"));

    assertThat(classifier(fixture.upload(training("r2", "class-7", "second"))).credentials())
        .isEqualTo("second");
    Training sameName =
        bringing(
            fixture.pets("r3", "class-7", "second"),
            Map.of("class-7", fixture.encrypted("secret-key-other")));
    assertThat(classifier(fixture.upload(sameName)).credentials()).isEqualTo("class-7");
  }

  private FollowUp followUp(TrainingEvent outcome, FollowUp.Kind kind) {
    return fixture.trainer.after(outcome, NOW).stream()
        .filter(each -> each.kind() == kind)
        .findFirst()
        .orElseThrow();
  }

  /** Goes on with what a restart finds in the state. */
  private Step advance(TrainingEvent outcome, FollowUp work, Instant now) throws Exception {
    return fixture.trainer.advance(
        restored(outcome.training().withoutArchives()), classifier(outcome), work, now);
  }

  /** As a restart finds it in the state, which holds no key. */
  private static Training restored(Training training) throws IOException {
    TypeSerializer<Training> serializer =
        TypeInformation.of(Training.class).createSerializer(new SerializerConfigImpl());
    DataOutputSerializer state = new DataOutputSerializer(1_000);
    serializer.serialize(training, state);
    assertThat(new String(state.getCopyOfBuffer(), StandardCharsets.ISO_8859_1))
        .contains("class-7")
        .doesNotContain(KEY);
    return serializer.deserialize(new DataInputDeserializer(state.getCopyOfBuffer()));
  }
}
