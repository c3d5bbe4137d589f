package io.github.satchel.job.admit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.ImageFailurePolicy;
import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.Requests;
import io.github.satchel.job.model.AdmittedRequest;
import io.github.satchel.job.model.RequestSignal;
import io.github.satchel.job.model.RequestStatus;
import io.github.satchel.job.quota.EndedRequest;
import java.time.Duration;
import java.time.Instant;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.co.KeyedCoProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdmitFunctionTest {

  private static final OutputTag<RequestSignal> SIGNALS =
      new OutputTag<>("signals", TypeInformation.of(RequestSignal.class));
  private static final OutputTag<EndedRequest> ENDED =
      new OutputTag<>("ended", TypeInformation.of(EndedRequest.class));
  private static final long NOW = 1_000_000;

  private KeyedTwoInputStreamOperatorTestHarness<
          String, TrainingRequest, RequestStatus, AdmittedRequest>
      harness;

  @BeforeEach
  void open() throws Exception {
    harness = harness();
    harness.open();
    harness.setProcessingTime(NOW);
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void aNewRequestIsHandedOnToBeServed() throws Exception {
    TrainingRequest request = Requests.request("r-1", 10, ImageFailurePolicy.FAIL);

    harness.processElement1(request, 0);

    assertThat(harness.extractOutputValues())
        .containsExactly(new AdmittedRequest(request, Instant.ofEpochMilli(NOW).plusSeconds(120)));
    assertThat(harness.getSideOutput(SIGNALS)).isNull();
  }

  @Test
  void aRequestSeenBeforeGoesToItsWindowOnlyAlsoAfterARestart() throws Exception {
    TrainingRequest request = Requests.request("r-1", 10, ImageFailurePolicy.FAIL);
    harness.processElement1(request, 0);
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();

    harness = harness();
    harness.initializeState(state);
    harness.open();
    harness.setProcessingTime(NOW + 1000);
    harness.processElement1(request, 0);

    assertThat(harness.extractOutputValues()).isEmpty();
    assertThat(harness.getSideOutput(SIGNALS))
        .extracting(StreamRecord::getValue)
        .containsExactly(RequestSignal.repeated("r-1"));
  }

  @Test
  void aRequestIsServedAgainOnceItIsForgotten() throws Exception {
    TrainingRequest request = Requests.request("r-1", 10, ImageFailurePolicy.FAIL);
    harness.processElement1(request, 0);

    harness.setStateTtlProcessingTime(Duration.ofHours(25).toMillis());
    harness.processElement1(request, 0);

    assertThat(harness.extractOutputValues()).hasSize(2);
  }

  /**
   * Issue 14, 7: its window forgets it when it was said to, so that a repeat after that would open
   * a window without images.
   */
  @Test
  void aRequestIsRememberedForAsLongAsItWasSaidToBeAlsoIfThatBecomesLonger() throws Exception {
    TrainingRequest request = Requests.request("r-1", 10, ImageFailurePolicy.FAIL);
    harness.processElement1(request, 0);
    restart(Duration.ofDays(2));
    harness.setProcessingTime(NOW + Duration.ofHours(24).toMillis() - 1);
    harness.processElement1(request, 0);
    assertThat(harness.extractOutputValues()).isEmpty();

    harness.setProcessingTime(NOW + Duration.ofHours(24).toMillis());
    harness.processElement1(request, 0);

    assertThat(harness.extractOutputValues()).hasSize(1);
  }

  @Test
  void aRequestIsForgottenSoonerIfThatBecomesShorter() throws Exception {
    TrainingRequest request = Requests.request("r-1", 10, ImageFailurePolicy.FAIL);
    harness.processElement1(request, 0);
    restart(Duration.ofHours(1));
    harness.setStateTtlProcessingTime(Duration.ofHours(2).toMillis());

    harness.processElement1(request, 0);

    assertThat(harness.extractOutputValues()).hasSize(1);
  }

  private void restart(Duration remember) throws Exception {
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();
    harness = harness(remember);
    harness.initializeState(state);
    harness.open();
    harness.setProcessingTime(NOW);
  }

  @Test
  void aSnapshotHasNothingOfWhatIsForgotten() throws Exception {
    harness.processElement1(Requests.request("r-1", 10, ImageFailurePolicy.FAIL), 0);
    harness.setStateTtlProcessingTime(Duration.ofHours(25).toMillis());
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();

    harness = harness();
    harness.initializeState(state);
    harness.open();

    assertThat(harness.numKeyedStateEntries()).isZero();
  }

  @Test
  void aDeadlineBeyondTheLongestIsCut() throws Exception {
    TrainingRequest patient = Requests.request("r-1", 10, ImageFailurePolicy.FAIL);

    harness.processElement1(withDeadline(patient, 86_400), 0);

    assertThat(harness.extractOutputValues().get(0).deadline())
        .isEqualTo(Instant.ofEpochMilli(NOW).plus(Duration.ofMinutes(30)));
  }

  private static TrainingRequest withDeadline(TrainingRequest request, int seconds) {
    return new TrainingRequest(
        request.requestId(),
        request.projectId(),
        request.classId(),
        request.userId(),
        request.name(),
        request.labels(),
        request.deliverTo(),
        request.onImageFailure(),
        seconds,
        request.format(),
        request.receivedAt());
  }

  @Test
  void theEndOfARequestIsToldToItsWindowAndOnceToItsQuotas() throws Exception {
    TrainingRequest request = Requests.of("r-1", "class-1", "user-1", Requests.RECEIVED_AT);
    harness.processElement1(request, 0);

    harness.processElement2(new RequestStatus("r-1", "project-1", 12, false), 0);
    assertThat(harness.getSideOutput(ENDED)).isNull();
    harness.processElement2(new RequestStatus("r-1", "project-1", 0, true), 0);
    harness.processElement2(new RequestStatus("r-1", "project-1", 0, true), 0);

    assertThat(harness.getSideOutput(ENDED))
        .extracting(StreamRecord::getValue)
        .containsExactly(new EndedRequest("r-1", "class-1", "user-1"));
    assertThat(harness.getSideOutput(SIGNALS))
        .extracting(StreamRecord::getValue)
        .containsExactly(RequestSignal.ended("r-1"), RequestSignal.ended("r-1"));
    assertThat(harness.numKeyedStateEntries()).as("the id of the request").isOne();
  }

  private static KeyedTwoInputStreamOperatorTestHarness<
          String, TrainingRequest, RequestStatus, AdmittedRequest>
      harness() throws Exception {
    return harness(Duration.ofHours(24));
  }

  private static KeyedTwoInputStreamOperatorTestHarness<
          String, TrainingRequest, RequestStatus, AdmittedRequest>
      harness(Duration remember) throws Exception {
    var function =
        new AdmitFunction(
            remember, Duration.ofMinutes(2), Duration.ofMinutes(30), true, SIGNALS, ENDED);
    return new KeyedTwoInputStreamOperatorTestHarness<>(
        new KeyedCoProcessOperator<>(function),
        TrainingRequest::requestId,
        RequestStatus::requestId,
        Types.STRING);
  }
}
