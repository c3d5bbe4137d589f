package io.github.satchel.job.admit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.job.Requests;
import io.github.satchel.job.model.AdmittedRequest;
import io.github.satchel.job.model.Event;
import io.github.satchel.job.model.ImageFailurePolicy;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.TrainingRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdmitFunctionTest {

  private static final OutputTag<AdmittedRequest> REQUESTS =
      new OutputTag<>("requests", TypeInformation.of(AdmittedRequest.class));
  private static final OutputTag<Event> EVENTS =
      new OutputTag<>("events", TypeInformation.of(Event.class));
  private static final long NOW = 1_000_000;

  private KeyedOneInputStreamOperatorTestHarness<String, TrainingRequest, ImageTask> harness;

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
  void aNewRequestIsAnnouncedHandedOnAndTakenApart() throws Exception {
    TrainingRequest request = Requests.request("r-1", 10, ImageFailurePolicy.FAIL);

    harness.processElement(request, 0);

    assertThat(harness.getSideOutput(EVENTS))
        .extracting(StreamRecord::getValue)
        .containsExactly(Event.accepted(request));
    Instant deadline = Instant.ofEpochMilli(NOW).plusSeconds(120);
    assertThat(harness.getSideOutput(REQUESTS))
        .extracting(StreamRecord::getValue)
        .containsExactly(new AdmittedRequest(request, deadline));
    List<ImageTask> tasks = harness.extractOutputValues();
    assertThat(tasks).extracting(ImageTask::index).containsExactly(range(20));
    assertThat(tasks.get(13))
        .isEqualTo(
            new ImageTask(
                "r-1",
                13,
                "dog",
                request.labels().get(1).images().get(3),
                request.format(),
                deadline));
  }

  @Test
  void aRequestSeenBeforeIsDroppedAlsoAfterARestart() throws Exception {
    TrainingRequest request = Requests.request("r-1", 10, ImageFailurePolicy.FAIL);
    harness.processElement(request, 0);
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();

    harness = harness();
    harness.initializeState(state);
    harness.open();
    harness.processElement(request, 0);

    assertThat(harness.extractOutputValues()).isEmpty();
    assertThat(harness.getSideOutput(EVENTS)).isNull();
  }

  @Test
  void aRequestIsServedAgainOnceItIsForgotten() throws Exception {
    TrainingRequest request = Requests.request("r-1", 10, ImageFailurePolicy.FAIL);
    harness.processElement(request, 0);

    harness.setStateTtlProcessingTime(Duration.ofHours(25).toMillis());
    harness.processElement(request, 0);

    assertThat(harness.extractOutputValues()).hasSize(40);
  }

  @Test
  void aDeadlineBeyondTheLongestIsCut() throws Exception {
    TrainingRequest patient = Requests.request("r-1", 10, ImageFailurePolicy.FAIL);

    harness.processElement(withDeadline(patient, 86_400), 0);

    assertThat(harness.extractOutputValues().get(0).deadline())
        .isEqualTo(Instant.ofEpochMilli(NOW).plus(Duration.ofMinutes(30)));
  }

  private static TrainingRequest withDeadline(TrainingRequest request, int seconds) {
    return new TrainingRequest(
        request.requestId(),
        request.projectId(),
        request.name(),
        request.labels(),
        request.deliverTo(),
        request.onImageFailure(),
        seconds,
        request.format(),
        request.receivedAt());
  }

  private static Integer[] range(int end) {
    Integer[] range = new Integer[end];
    for (int i = 0; i < end; i++) {
      range[i] = i;
    }
    return range;
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, TrainingRequest, ImageTask>
      harness() throws Exception {
    var function =
        new AdmitFunction(
            Duration.ofHours(24), Duration.ofMinutes(2), Duration.ofMinutes(30), REQUESTS, EVENTS);
    return new KeyedOneInputStreamOperatorTestHarness<>(
        new KeyedProcessOperator<>(function), TrainingRequest::requestId, Types.STRING);
  }
}
