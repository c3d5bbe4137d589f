package io.github.satchel.job.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.job.Requests;
import io.github.satchel.job.model.AdmittedRequest;
import io.github.satchel.job.model.Refusal;
import io.github.satchel.job.model.RequestSignal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.co.KeyedCoProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests of 20 pictures each. */
@SuppressWarnings("NullAway.Init") // opened by each test
class QuotaFunctionTest {

  private static final OutputTag<RequestSignal> SIGNALS =
      new OutputTag<>("signals", TypeInformation.of(RequestSignal.class));
  private static final Limit NONE = new Limit(Limit.NONE, Limit.NONE);
  private static final Duration MAX_DEADLINE = Duration.ofMinutes(30);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final long START = Requests.RECEIVED_AT.toEpochMilli();

  private KeyedTwoInputStreamOperatorTestHarness<
          String, AdmittedRequest, EndedRequest, AdmittedRequest>
      harness;

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void aUserMaySendAMinutesRequestsAtOnceAndThenOneAsOftenAsTheQuotaSays() throws Exception {
    open(new QuotaSettings(new Limit(6, Limit.NONE), Limit.NONE, NONE));

    for (int i = 0; i < 500; i++) {
      send("r-" + i, "class-1", "eager");
    }
    assertThat(served()).hasSize(6);
    assertThat(refusals()).hasSize(494).containsOnly(new Refusal("project-1", "/userId", 10));

    sendAt(START + 9_999, "early", "class-1", "eager");
    sendAt(START + 10_000, "in-time", "class-1", "eager");
    sendAt(START + 10_000, "again", "class-1", "eager");
    assertThat(served()).hasSize(7).last().isEqualTo("in-time");
  }

  @Test
  void aRequestThatIsRefusedCostsNothing() throws Exception {
    open(new QuotaSettings(new Limit(1, Limit.NONE), Limit.NONE, NONE));

    for (int second = 0; second <= 60; second++) {
      sendAt(START + second * 1_000L, "r-" + second, null, "eager");
    }

    assertThat(served()).containsExactly("r-0", "r-60");
  }

  @Test
  void picturesCountAndARequestWithMoreThanAMinutesIsLetThroughAndPaidForLater() throws Exception {
    open(new QuotaSettings(new Limit(Limit.NONE, 10), Limit.NONE, NONE));

    send("twenty", null, "eager");
    send("next", null, "eager");
    assertThat(served()).containsExactly("twenty");
    // Ten pictures too many are a minute; then there is to be room for ten.
    assertThat(refusals()).containsExactly(new Refusal("project-1", "/userId", 120));

    sendAt(START + 120_000, "later", null, "eager");
    assertThat(served()).containsExactly("twenty", "later");
  }

  @Test
  void otherUsersHaveQuotasOfTheirOwnAndRequestsOfNobodyHaveNone() throws Exception {
    open(new QuotaSettings(new Limit(1, Limit.NONE), 1, new Limit(3, Limit.NONE)));

    send("a-1", "class-1", "a");
    send("a-2", "class-1", "a");
    send("b-1", "class-1", "b");
    send("b-2", "class-2", "b");
    send("c-1", "class-1", "c");
    send("d-1", "class-1", "d");
    for (int i = 0; i < 10; i++) {
      send("nobody-" + i, null, null);
    }

    assertThat(served()).startsWith("a-1", "b-1", "b-2", "c-1").hasSize(14);
    assertThat(refusals())
        .extracting(Refusal::pointer)
        .as("a's second, and the class's fourth")
        .containsExactly("/userId", "/classId");
  }

  @Test
  void aUserHasOnlySoManyRequestsOpenUntilOneEndsOrIsPastItsDeadline() throws Exception {
    open(new QuotaSettings(NONE, 2, NONE));

    send("r-1", "class-1", "eager");
    send("r-2", "class-1", "eager");
    send("r-3", "class-1", "eager");
    assertThat(refusals()).containsExactly(new Refusal("project-1", "/userId", 120));
    harness.processElement2(new EndedRequest("r-1", "class-1", "eager"), 0);
    send("r-4", "class-1", "eager");
    send("r-5", "class-1", "eager");
    sendAt(START + 120_000, "r-6", "class-1", "eager");

    assertThat(served()).containsExactly("r-1", "r-2", "r-4", "r-6");
  }

  @Test
  void whatWasSentWhileTheJobWasDownIsMeasuredByWhenItWasSent() throws Exception {
    open(new QuotaSettings(new Limit(1, Limit.NONE), Limit.NONE, NONE));
    harness.setProcessingTime(START + Duration.ofHours(1).toMillis());

    for (int minute = 0; minute < 5; minute++) {
      sendAt(START + minute * 60_000L, "r-" + minute, "class-1", "patient");
    }

    assertThat(served()).hasSize(5);
  }

  @Test
  void aTimeInTheFutureIsNow() throws Exception {
    open(new QuotaSettings(new Limit(1, Limit.NONE), Limit.NONE, NONE));

    for (int hour = 0; hour < 5; hour++) {
      process("r-" + hour, null, "eager", START + Duration.ofHours(hour).toMillis());
    }

    assertThat(served()).containsExactly("r-0");
  }

  @Test
  void quotasHoldAfterARestartAndNothingIsLeftOnceTheyAreFullAgain() throws Exception {
    QuotaSettings settings = new QuotaSettings(new Limit(1, 100), 1, new Limit(100, 10_000));
    open(settings);
    send("r-1", "class-1", "eager");
    restart(settings, harness.snapshot(1, 1));
    send("r-2", "class-1", "eager");
    assertThat(served()).isEmpty();
    assertThat(harness.numKeyedStateEntries()).isPositive();

    harness.setStateTtlProcessingTime(MAX_DEADLINE.plusMinutes(2).toMillis());
    restart(settings, harness.snapshot(2, 2));
    harness.setProcessingTime(START + MAX_DEADLINE.plusMinutes(1).toMillis());

    assertThat(harness.numKeyedStateEntries()).isZero();
    assertThat(harness.numProcessingTimeTimers()).isZero();
  }

  @Test
  void aUserIsKnownUntilWhatIsOwedIsPaid() throws Exception {
    harness = harness(new QuotaSettings(new Limit(Limit.NONE, 1), Limit.NONE, NONE), MINUTE);
    harness.open();
    harness.setProcessingTime(START);
    send("many-pictures", null, "eager"); // for as many minutes

    for (int minutes = 2; minutes < 10; minutes += 2) {
      harness.setProcessingTime(START + Duration.ofMinutes(minutes).toMillis());
      assertThat(harness.numKeyedStateEntries()).isPositive();
    }
    harness.setProcessingTime(START + Duration.ofHours(1).toMillis());
    assertThat(harness.numKeyedStateEntries()).isZero();
    assertThat(harness.numProcessingTimeTimers()).isZero();
  }

  @Test
  void withoutQuotasNothingIsCounted() throws Exception {
    open(new QuotaSettings(NONE, Limit.NONE, NONE));

    for (int i = 0; i < 1_000; i++) {
      send("r-" + i, "class-1", "eager");
    }

    assertThat(served()).hasSize(1_000);
    assertThat(harness.numKeyedStateEntries()).isZero();
  }

  private void open(QuotaSettings settings) throws Exception {
    harness = harness(settings, MAX_DEADLINE);
    harness.open();
    harness.setProcessingTime(START);
  }

  private void restart(QuotaSettings settings, OperatorSubtaskState state) throws Exception {
    harness.close();
    harness = harness(settings, MAX_DEADLINE);
    harness.initializeState(state);
    harness.open();
    harness.setProcessingTime(START);
  }

  private void send(String id, @Nullable String classId, @Nullable String userId) throws Exception {
    process(id, classId, userId, START);
  }

  private void sendAt(long time, String id, @Nullable String classId, @Nullable String userId)
      throws Exception {
    harness.setProcessingTime(Math.max(time, harness.getProcessingTime()));
    process(id, classId, userId, time);
  }

  private void process(String id, @Nullable String classId, @Nullable String userId, long sent)
      throws Exception {
    Instant deadline = Instant.ofEpochMilli(harness.getProcessingTime()).plusSeconds(120);
    harness.processElement1(
        new AdmittedRequest(Requests.of(id, classId, userId, Instant.ofEpochMilli(sent)), deadline),
        0);
  }

  private List<String> served() {
    List<String> served =
        harness.extractOutputValues().stream().map(each -> each.request().requestId()).toList();
    assertThat(signals())
        .filteredOn(signal -> signal.refusal() == null)
        .extracting(RequestSignal::requestId)
        .isEqualTo(served);
    return served;
  }

  private List<Refusal> refusals() {
    return signals().stream().map(RequestSignal::refusal).filter(Objects::nonNull).toList();
  }

  private List<RequestSignal> signals() {
    var signals = harness.getSideOutput(SIGNALS);
    return signals == null ? List.of() : signals.stream().map(StreamRecord::getValue).toList();
  }

  private static KeyedTwoInputStreamOperatorTestHarness<
          String, AdmittedRequest, EndedRequest, AdmittedRequest>
      harness(QuotaSettings settings, Duration maxDeadline) throws Exception {
    return new KeyedTwoInputStreamOperatorTestHarness<>(
        new KeyedCoProcessOperator<>(new QuotaFunction(settings, maxDeadline, SIGNALS)),
        QuotaFunction::key,
        QuotaFunction::key,
        Types.STRING);
  }
}
