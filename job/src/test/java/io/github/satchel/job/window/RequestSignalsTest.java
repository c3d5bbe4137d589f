package io.github.satchel.job.window;

import static io.github.satchel.job.window.WindowFixture.NOW;
import static io.github.satchel.job.window.WindowFixture.REMEMBER;
import static io.github.satchel.job.window.WindowFixture.delivered;
import static io.github.satchel.job.window.WindowFixture.request;
import static io.github.satchel.job.window.WindowFixture.stored;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.Delivery;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.Failure;
import io.github.satchel.contract.FailureCode;
import io.github.satchel.contract.ImageCounts;
import io.github.satchel.contract.ImageFailurePolicy;
import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.model.Forget;
import io.github.satchel.job.model.PackedRequest;
import io.github.satchel.job.model.Refusal;
import io.github.satchel.job.model.RequestSignal;
import io.github.satchel.job.model.Subject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a window makes of being superseded, cancelled, forgotten, and asked again. */
class RequestSignalsTest {

  private static final RequestSignal ENDED = RequestSignal.ended("r-1");
  private static final RequestSignal SUPERSEDED = RequestSignal.superseded("r-1");

  private static final RequestSignal REFUSED =
      RequestSignal.refused("r-1", new Refusal("p1", "/userId", 12));

  private static final RequestSignal CANCELLED = RequestSignal.cancelled("r-1");

  private static final Forget FORGET = new Forget("f-1", Subject.project("p1"), 1, "f-1/1");

  private static final RequestSignal FORGOTTEN = RequestSignal.forgotten("r-1", FORGET);

  @TempDir Path archives;

  private final TrainingRequest request = request(ImageFailurePolicy.FAIL);
  private WindowFixture window;

  @BeforeEach
  void open() throws Exception {
    window = WindowFixture.open(archives);
  }

  @AfterEach
  void close() throws Exception {
    window.close();
  }

  @Test
  void aSupersededRequestEndsAtOnce() throws Exception {
    window.send(request);
    window.sendImages(request, 0, 7);
    window.sendProblem(request, 7);

    window.signal(SUPERSEDED);

    Event outcome = window.onlyOutcome();
    assertThat(outcome.type()).isEqualTo(Event.Type.FAILED);
    assertThat(outcome.images()).isEqualTo(new ImageCounts(20, 7, 1));
    assertThat(outcome.failures()).hasSize(1);
    assertThat(outcome.error())
        .isEqualTo(
            new Event.ErrorInfo(
                FailureCode.SUPERSEDED, "A newer training of this project has taken its place"));
    window.sendImages(request, 8, 20);
    window.settle();
    assertThat(window.packed()).isEmpty();
    assertThat(window.outcomes()).hasSize(1);
  }

  @Test
  void aCancelledRequestEndsAtOnceAndLeavesNothing() throws Exception {
    window.send(request);
    window.sendImages(request, 0, 7);
    window.sendProblem(request, 7);

    window.signal(CANCELLED);

    assertThat(window.onlyOutcome())
        .isEqualTo(
            Event.cancelled(request, new ImageCounts(20, 7, 1), null, Instant.ofEpochMilli(NOW)));
    window.sendImages(request, 8, 20);
    window.signal(CANCELLED);
    window.settle();
    assertThat(window.packed()).isEmpty();
    assertThat(window.outcomes()).hasSize(1);
    window.setTime(NOW + REMEMBER.toMillis());
    window.settle();
    assertThat(window.stateEntries()).isZero();
    assertThat(window.timers()).isZero();
    assertThat(archives).isEmptyDirectory();
  }

  @Test
  void aRequestThatWasCancelledBeforeItCameEndsAsItComes() throws Exception {
    window.signal(CANCELLED);
    window.send(request);

    assertThat(window.onlyOutcome().type()).isEqualTo(Event.Type.CANCELLED);
  }

  @Test
  void aCancelOfARequestThatIsBeingWrittenOrHasEndedChangesNothing() throws Exception {
    window.send(request);
    window.sendImages(request, 0, 20);
    window.signal(CANCELLED);
    window.settle();
    window.signal(CANCELLED);

    assertThat(window.onlyPacked().images()).isEqualTo(new ImageCounts(20, 20, 0));
    assertThat(window.outcomes()).isEmpty();
  }

  @Test
  void aRequestOverAQuotaIsRejectedOnceACheckpointKnowsOfItAndNoFileIsWritten() throws Exception {
    window.checkpoint(1);
    window.signal(CANCELLED);

    window.signal(REFUSED);

    assertThat(window.events()).isEmpty();
    window.checkpoint(2);
    Event outcome = window.onlyOutcome();
    assertThat(outcome.type()).isEqualTo(Event.Type.REJECTED);
    assertThat(outcome.projectId()).isEqualTo("p1");
    assertThat(outcome.error())
        .isEqualTo(
            new Event.ErrorInfo(
                FailureCode.TOO_MANY_REQUESTS,
                "Too many trainings in a short time: try again in 12 seconds",
                12));
    assertThat(outcome.failures().get(0).location())
        .extracting(Failure.Location::pointer)
        .isEqualTo("/userId");
    assertThat(window.events()).containsExactly(outcome);
    assertThat(archives).isEmptyDirectory();
    window.setTime(NOW + REMEMBER.toMillis());
    assertThat(window.stateEntries()).isZero();
    assertThat(window.timers()).isZero();
  }

  @Test
  void aRequestOverAQuotaIsRejectedBeforeTheTaskEnds() throws Exception {
    window.signal(REFUSED);

    assertThat(window.onlyOutcome().type()).isEqualTo(Event.Type.REJECTED);
  }

  @Test
  void noCheckpointAfterTheEndRejectsItAgain() throws Exception {
    window.signal(REFUSED);
    window.signal(FORGOTTEN);
    window.settle();
    window.checkpoint(1);

    assertThat(window.onlyOutcome().type()).isEqualTo(Event.Type.REJECTED);
  }

  @Test
  void aForgetThatComesBeforeARequestOverAQuotaIsAnsweredForThatToo() throws Exception {
    window.signal(FORGOTTEN);
    window.signal(REFUSED);
    window.checkpoint(1);

    assertThat(window.packed())
        .extracting(PackedRequest::forget)
        .containsExactly(FORGET, FORGET.late("r-1"));
    assertThat(window.onlyOutcome().type()).isEqualTo(Event.Type.REJECTED);
    assertThat(window.stateEntries()).isZero();
    assertThat(window.timers()).isZero();
  }

  @Test
  void aRepeatedRequestIsRejectedAgainAndNotBeforeTheFirstTime() throws Exception {
    window.signal(REFUSED);
    window.repeat(request);
    window.signal(CANCELLED);
    window.checkpoint(1);
    window.signal(ENDED);
    window.repeat(request);

    assertThat(window.outcomes()).hasSize(2);
    assertThat(window.outcomes().get(1)).isEqualTo(window.outcomes().get(0));
  }

  @Test
  void aForgottenRequestOverAQuotaIsRejectedAndThenNothingIsLeft() throws Exception {
    window.signal(REFUSED);
    window.signal(FORGOTTEN);

    assertThat(window.packed()).containsExactly(PackedRequest.withdrawal("r-1", FORGET));
    window.checkpoint(1);
    assertThat(window.onlyOutcome().type()).isEqualTo(Event.Type.REJECTED);
    assertThat(window.stateEntries()).isZero();
    assertThat(window.timers()).isZero();
  }

  @Test
  void whatIsLeftOfARejectedRequestGoesAsItIsForgotten() throws Exception {
    window.signal(REFUSED);
    window.checkpoint(1);
    window.signal(FORGOTTEN);

    assertThat(window.stateEntries()).isZero();
    assertThat(window.timers()).isZero();
  }

  @Test
  void aForgottenRequestEndsAsCancelledAndTheTrainerIsTold() throws Exception {
    window.send(request);
    window.sendImages(request, 0, 7);

    window.signal(FORGOTTEN);

    assertThat(window.onlyOutcome().type()).isEqualTo(Event.Type.CANCELLED);
    assertThat(window.onlyOutcome())
        .extracting("error.message")
        .isEqualTo("The training was stopped because its project or its user is being forgotten");
    assertThat(window.packed()).containsExactly(PackedRequest.withdrawal("r-1", FORGET));
    window.sendImages(request, 8, 20);
    window.repeat(request);
    window.settle();
    assertThat(window.outcomes()).hasSize(1);
    assertThat(window.packed()).hasSize(1);
    window.setTime(NOW + REMEMBER.toMillis());
    window.settle();
    assertThat(window.stateEntries()).isZero();
    assertThat(window.timers()).isZero();
    assertThat(archives).isEmptyDirectory();
  }

  @Test
  void nothingIsToldOfARequestThatAFailureFindsWithinTheQuota() throws Exception {
    OperatorSubtaskState before = window.snapshot();
    window.signal(REFUSED);
    assertThat(window.events()).isEmpty();

    window = window.restart(before);
    window.send(request);
    window.sendImages(request, 0, 20);
    window.settle();

    assertThat(window.onlyPacked().images()).isEqualTo(new ImageCounts(20, 20, 0));
    assertThat(window.outcomes()).isEmpty();
  }

  @Test
  void aRequestOverAQuotaIsRejectedAlsoIfThereIsAFailureBetweenTheCheckpointAndTheOutcome()
      throws Exception {
    window.signal(REFUSED);
    OperatorSubtaskState after = window.snapshot();

    window = window.restart(after);
    window.checkpoint(2);
    window.checkpoint(3);

    assertThat(window.onlyOutcome().type()).isEqualTo(Event.Type.REJECTED);
  }

  @Test
  void aRequestThatIsServedIsNotRefusedAfterAll() throws Exception {
    window.send(request);
    window.signal(REFUSED);
    window.sendImages(request, 0, 20);
    window.settle();

    assertThat(window.onlyPacked().images()).isEqualTo(new ImageCounts(20, 20, 0));
    assertThat(window.outcomes()).isEmpty();
  }

  @Test
  void aRequestThatIsBeingWrittenIsHandedOverBeforeItIsUndone() throws Exception {
    window.send(request);
    window.sendImages(request, 0, 20);
    window.signal(FORGOTTEN);
    window.settle();

    assertThat(window.packed()).extracting(PackedRequest::forget).containsExactly(null, FORGET);
  }

  @Test
  void whatWentToAnEndpointIsUndoneOnTheSameWay() throws Exception {
    window.send(
        delivered(request, new Delivery(Delivery.Kind.HTTP, List.of("trainer"), List.of())));
    window.sendImages(request, 0, 20);
    window.settle();

    window.signal(FORGOTTEN);

    assertThat(window.packed()).isEmpty();
    assertThat(window.packedForEndpoints())
        .extracting(PackedRequest::forget)
        .containsExactly(null, FORGET);
  }

  @Test
  void nothingIsToldAgainOfAForgottenRequestAlsoIfItWasAskedForJustBefore() throws Exception {
    window.send(request);
    window.sendImages(request, 0, 20);
    window.settle();
    window.signal(ENDED);
    window.repeat(request);
    window.signal(FORGOTTEN);
    window.settle();
    window.repeat(request);
    window.settle();

    assertThat(window.packed()).extracting(PackedRequest::forget).containsExactly(null, FORGET);
  }

  @Test
  void aForgetOfARequestThatNobodyKnowsIsPassedOnAndHoldsIfTheRequestIsStillToCome()
      throws Exception {
    window.signal(FORGOTTEN);
    assertThat(window.packed()).containsExactly(PackedRequest.withdrawal("r-1", FORGET));
    window.send(request);

    assertThat(window.onlyOutcome().type()).isEqualTo(Event.Type.CANCELLED);
    assertThat(window.packed())
        .containsExactly(
            PackedRequest.withdrawal("r-1", FORGET),
            PackedRequest.withdrawal("r-1", FORGET.late("r-1")));
  }

  @Test
  void theTimeToLiveOfAForgetWithoutItsRequestIsLimited() throws Exception {
    window.signal(FORGOTTEN);

    window.setTime(NOW + REMEMBER.toMillis());

    assertThat(window.stateEntries()).isZero();
    assertThat(window.timers()).isZero();
  }

  @Test
  void aForgetWhileARequestIsWrittenSurvivesARestart() throws Exception {
    window.send(request);
    window.sendImages(request, 0, 20);
    window.signal(FORGOTTEN);
    OperatorSubtaskState state = window.snapshot();

    window = window.restart(state);
    window.settle();

    assertThat(window.packed()).extracting(PackedRequest::forget).containsExactly(null, FORGET);
  }

  @Test
  void aRequestThatWasSupersededBeforeItCameEndsAsItComes() throws Exception {
    window.signal(SUPERSEDED);
    window.signal(SUPERSEDED);
    window.send(request);

    assertThat(window.onlyOutcome().error())
        .extracting(Event.ErrorInfo::code)
        .isEqualTo(FailureCode.SUPERSEDED);
    assertThat(window.timers()).as("that of the tombstone").isOne();
  }

  @Test
  void theTimeToLiveOfASignalWithoutItsRequestIsLimited() throws Exception {
    window.signal(SUPERSEDED);
    assertThat(window.stateEntries()).isOne();

    window.setTime(NOW + REMEMBER.toMillis());

    assertThat(window.stateEntries()).isZero();
    assertThat(window.timers()).isZero();
  }

  @Test
  void aRequestThatIsBeingWrittenOrHasEndedIsNotSupersededAnyMore() throws Exception {
    window.send(request);
    window.sendImages(request, 0, 20);
    window.signal(SUPERSEDED);
    window.settle();
    window.signal(SUPERSEDED);

    assertThat(window.onlyPacked().images()).isEqualTo(new ImageCounts(20, 20, 0));
    assertThat(window.outcomes()).isEmpty();
  }

  @Test
  void aRepeatWhileTheWindowIsOpenIsIgnored() throws Exception {
    window.send(request);
    window.sendImages(request, 0, 10);
    window.repeat(request);
    window.sendImages(request, 10, 20);
    window.repeat(request);

    window.onlyPacked();
    assertThat(window.timers()).as("that of the tombstone").isOne();
  }

  @Test
  void whoeverAsksAgainIsToldTheSameOutcome() throws Exception {
    TrainingRequest stored = stored(request);
    window.send(stored);
    window.sendImages(stored, 0, 20);
    Event first = window.onlyOutcome();
    int told = window.events().size();

    window.setTime(NOW + 60_000);
    window.repeat(stored);
    window.repeat(stored);
    window.settle();

    assertThat(window.outcomes()).containsExactly(first, first);
    assertThat(window.events()).hasSize(told + 1);
    window.repeat(stored);
    window.settle();
    assertThat(window.outcomes()).containsExactly(first, first, first);
  }

  /** As with a job that sleeps over a weekend. */
  @Test
  void aRepeatThatWaitedWhileTheJobWasDownIsToldTheSameOutcome() throws Exception {
    TrainingRequest stored = stored(request);
    window.send(stored);
    window.sendImages(stored, 0, 20);
    Event first = window.onlyOutcome();
    long monday = NOW + REMEMBER.multipliedBy(3).toMillis();

    window = window.restartAt(monday, window.snapshot());
    window.send(stored);
    window.sendImages(stored, 0, 20);
    window.settle();

    assertThat(window.events()).containsExactly(first);
    window.setTime(monday + RequestWindow.KEEP_AFTER_START.toMillis());
    window.settle();
    assertThat(window.stateEntries()).isZero();
  }

  @Test
  void aRepeatOfARejectedRequestThatWaitedWhileTheJobWasDownIsRejected() throws Exception {
    window.signal(REFUSED);
    window.checkpoint(1);
    Event first = window.onlyOutcome();
    long monday = NOW + REMEMBER.multipliedBy(3).toMillis();

    window = window.restartAt(monday, window.snapshot());
    window.send(request);

    assertThat(window.events()).containsExactly(first);
    window.setTime(monday + RequestWindow.KEEP_AFTER_START.toMillis());
    assertThat(window.stateEntries()).isZero();
    assertThat(window.timers()).isZero();
  }

  @Test
  void aPackedRequestThatIsAskedForAgainGoesToTheTrainerAgain() throws Exception {
    window.send(request);
    window.sendImages(request, 0, 20);
    PackedRequest first = window.onlyPacked();
    window.signal(ENDED);
    Files.delete(archives.resolve("r-1/cat.zip")); // as the trainer does after an upload

    window.repeat(request);
    window.settle();

    assertThat(window.packed()).containsExactly(first, first);
  }

  /**
   * Issue 14: uploads that waited for longer than a request was remembered found neither archives
   * nor journal.
   */
  @Test
  void archivesAndJournalsStayUntilTheTrainerIsDoneHoweverLongThatTakes() throws Exception {
    window.send(request);
    window.sendImages(request, 0, 20);
    PackedRequest first = window.onlyPacked();
    for (int days = 1; days <= 3; days++) {
      window.setTime(NOW + REMEMBER.multipliedBy(days).toMillis());
      window.settle();
    }
    assertThat(archives.resolve("r-1/cat.zip")).exists();
    assertThat(archives.resolve("r-1/decision.json")).exists();
    assertThat(window.packed())
        .as("the trainer is asked again, should its outcome have got lost")
        .containsExactly(first, first, first, first);
  }

  @Test
  void aRequestIsRememberedFromTheTrainersOutcomeOn() throws Exception {
    window.send(request);
    window.sendImages(request, 0, 20);
    window.onlyPacked();
    window.setTime(NOW + 60_000);
    window.signal(ENDED);
    window.signal(ENDED);

    window.setTime(NOW + 60_000 + REMEMBER.toMillis() - 1);
    window.settle();
    assertThat(archives.resolve("r-1/cat.zip")).exists();

    window.setTime(NOW + 60_000 + REMEMBER.toMillis());
    window.settle();
    assertThat(archives.resolve("r-1")).doesNotExist();
    assertThat(window.packed()).hasSize(1);
    assertThat(window.stateEntries()).isZero();
    assertThat(window.timers()).isZero();
  }

  /** So that the next outcome can only be that of the last request to the trainer. */
  @Test
  void aRepeatWhileTheTrainerHasTheRequestIsAnsweredAfterItsOutcome() throws Exception {
    window.send(request);
    window.sendImages(request, 0, 20);
    PackedRequest first = window.onlyPacked();
    window.repeat(request);
    window.repeat(request);
    window = window.restart(window.snapshot());
    window.settle();
    assertThat(window.packed()).isEmpty();

    window.signal(ENDED);
    window.settle();

    assertThat(window.packed()).containsExactly(first);
    window.setTime(NOW + REMEMBER.multipliedBy(2).toMillis());
    window.settle();
    assertThat(archives.resolve("r-1/cat.zip")).as("the trainer has it again").exists();
  }

  @Test
  void anOutcomeOfTheTimeBeforeAFailureChangesNothing() throws Exception {
    window.signal(ENDED);
    assertThat(window.stateEntries()).isZero();
    window.send(request);
    window.signal(ENDED);
    window.sendImages(request, 0, 20);
    window.signal(ENDED);
    window.onlyPacked();

    window.setTime(NOW + REMEMBER.toMillis());
    window.settle();

    assertThat(archives.resolve("r-1/cat.zip")).exists();
  }

  @Test
  void aRepeatThatWaitsForTheOutcomeDoesNotKeepAForgottenRequest() throws Exception {
    window.send(request);
    window.sendImages(request, 0, 20);
    window.settle();
    window.repeat(request);
    window.signal(FORGOTTEN);

    window.setTime(NOW + REMEMBER.toMillis());
    window.settle();

    assertThat(archives.resolve("r-1")).doesNotExist();
    assertThat(window.stateEntries()).isZero();
    assertThat(window.timers()).isZero();
  }

  /** Some of its files may be gone, so a trainer would call it failed. */
  @Test
  void aRequestWhoseRemovalHasBegunIsNotHandedOverAgain() throws Exception {
    window.close();
    window =
        WindowFixture.open(
            new ArchiveSettings(FailingFileSystem.uri(archives), false, 2, 2, 0, 1 << 20), null);
    window.send(request);
    window.sendImages(request, 0, 20);
    window.onlyPacked();
    window.signal(ENDED);
    FailingFileSystem.failDeletes(1);
    window.setTime(NOW + REMEMBER.toMillis());
    window.settle();
    window.repeat(request);
    window.settle();

    assertThat(window.packed()).hasSize(1);
  }

  /** Its files go after the next checkpoint, whatever the trainer does. */
  @Test
  void aForgottenRequestDoesNotStayForTheTrainersOutcome() throws Exception {
    window.send(request);
    window.sendImages(request, 0, 20);
    window.signal(FORGOTTEN);
    window.settle();

    window.setTime(NOW + REMEMBER.toMillis());
    window.settle();

    assertThat(archives.resolve("r-1")).doesNotExist();
    assertThat(window.stateEntries()).isZero();
    assertThat(window.timers()).isZero();
  }

  @Test
  void theAnswerToWhoeverAsksAgainSurvivesARestart() throws Exception {
    window.send(request);
    window.sendImages(request, 0, 20);
    PackedRequest first = window.onlyPacked();
    window.signal(ENDED);
    window.repeat(request);
    OperatorSubtaskState state = window.snapshot();

    window = window.restart(state);

    assertThat(window.onlyPacked()).isEqualTo(first);
  }

  @Test
  void nothingIsToldAgainOnceTheStoreWasCleaned() throws Exception {
    window.send(request);
    window.sendImages(request, 0, 20);
    window.onlyPacked();
    window.signal(ENDED);
    Files.delete(archives.resolve("r-1/decision.json"));

    window.repeat(request);
    window.settle();

    assertThat(window.packed()).hasSize(1);
    window.setTime(NOW + REMEMBER.toMillis());
    window.settle();
    assertThat(window.stateEntries()).isZero();
    assertThat(window.timers()).isZero();
  }

  @Test
  void aRepeatOfARequestThatNobodyKnowsOpensNoWindow() throws Exception {
    window.repeat(request);

    assertThat(window.stateEntries()).isZero();
    assertThat(window.timers()).isZero();
    assertThat(window.events()).isEmpty();
  }
}
