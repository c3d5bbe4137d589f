package io.github.satchel.job.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.ImageFailurePolicy;
import io.github.satchel.contract.ImageLocation;
import io.github.satchel.contract.Label;
import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.Requests;
import io.github.satchel.job.model.AdmittedRequest;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.RequestSignal;
import io.github.satchel.job.model.RequestStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.co.KeyedCoProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.flink.types.PojoTestUtils;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("NullAway.Init") // each test opens its harness
class DispatchFunctionTest {

  private static final OutputTag<RequestSignal> SIGNALS =
      new OutputTag<>("signals", TypeInformation.of(RequestSignal.class));
  private static final long NOW = 1_000_000;
  private static final Instant DEADLINE = Instant.ofEpochMilli(NOW + 120_000);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final DispatchSettings UNLIMITED =
      new DispatchSettings(100, 1_000_000, PATIENCE, true);
  private static final DispatchSettings SIXTY = new DispatchSettings(100, 60, PATIENCE, true);

  private KeyedTwoInputStreamOperatorTestHarness<String, AdmittedRequest, RequestStatus, ImageTask>
      harness;

  @AfterEach
  void close() throws Exception {
    if (harness != null) {
      harness.close();
    }
  }

  @ParameterizedTest
  @ValueSource(classes = {Running.class, Batch.class, Turn.class})
  void stateIsSerializedAsPojosWithoutKryo(Class<?> type) {
    PojoTestUtils.assertSerializedAsPojoWithoutKryo(type);
  }

  @Test
  void aRequestIsTakenApartIntoItsImages() throws Exception {
    open(UNLIMITED);
    admit("r", "p", 15);
    letTimePass(1_000);

    List<ImageTask> tasks = harness.extractOutputValues();
    assertThat(tasks)
        .extracting(ImageTask::index)
        .containsExactlyElementsOf(IntStream.range(0, 30).boxed().toList());
    TrainingRequest request = request("r", "p", 15);
    assertThat(tasks.get(18))
        .isEqualTo(
            new ImageTask(
                "r",
                18,
                "dog",
                request.labels().get(1).images().get(3),
                request.format(),
                DEADLINE));
  }

  @Test
  void aPictureThatIsThereSeveralTimesIsSentOnceWithTheOthersAsItsCopies() throws Exception {
    open(UNLIMITED);
    TrainingRequest request = request("r", "p", 10);
    ImageLocation cat = request.labels().get(0).images().get(0);
    List<ImageLocation> dogs = new ArrayList<>(request.labels().get(1).images());
    dogs.set(4, new ImageLocation(cat.type(), "same", cat.url(), null));
    admit(
        new TrainingRequest(
            "r",
            "p",
            null,
            null,
            request.name(),
            List.of(request.labels().get(0), new Label("dog", dogs)),
            request.deliverTo(),
            request.onImageFailure(),
            request.deadlineSeconds(),
            request.format(),
            request.receivedAt()));
    letTimePass(1_000);

    List<ImageTask> tasks = harness.extractOutputValues();
    assertThat(tasks)
        .extracting(ImageTask::index)
        .containsExactlyElementsOf(
            IntStream.range(0, 20).filter(index -> index != 14).boxed().toList());
    assertThat(tasks.get(0).copies()).containsExactly(new ImageTask.Copy(14, "dog", "same"));
    assertThat(tasks.subList(1, 19)).allMatch(task -> task.copies().isEmpty());
    end("r", "p");
    assertThat(harness.numKeyedStateEntries()).isZero();
  }

  @Test
  void requestsNoLargerThanTheQuantumAreSentWholeInOrderOfArrival() throws Exception {
    open(UNLIMITED);
    for (int i = 0; i < 50; i++) {
      admit("r-" + i, "p-" + i, i % 2 == 0 ? 15 : 50);
    }
    letTimePass(1_000);

    assertThat(runs())
        .containsExactlyElementsOf(
            IntStream.range(0, 50)
                .mapToObj(i -> "r-" + i + ":" + (i % 2 == 0 ? 30 : 100))
                .toList());
  }

  @Test
  void aLargeRequestLetsTheOthersPassAfterEachQuantum() throws Exception {
    open(UNLIMITED);
    admit("large", "p-0", 250);
    admit("medium", "p-1", 55);
    admit("small", "p-2", 15);
    letTimePass(1_000);

    assertThat(runs())
        .containsExactly(
            "large:100", "medium:100", "small:30", "large:100", "medium:10", "large:300");
  }

  @Test
  void aSmallRequestThatComesLaterWaitsForAQuantumOfALargeOneAtMost() throws Exception {
    open(UNLIMITED);
    admit("large", "p-0", 1_000);
    letTimePass(3);
    int before = harness.extractOutputValues().size();
    assertThat(before).isBetween(20, 180);
    admit("small", "p-1", 15);
    letTimePass(1_000);

    List<String> order = harness.extractOutputValues().stream().map(ImageTask::requestId).toList();
    assertThat(order).hasSize(2_030);
    assertThat(order.indexOf("small")).isBetween(before, before + 100);
    assertThat(order.lastIndexOf("small") - order.indexOf("small")).isEqualTo(29);
  }

  @Test
  void noMoreImagesOfARequestAreOnTheirWayThanItsWindowTakes() throws Exception {
    open(SIXTY);
    admit("large", "p-0", 100);
    admit("small", "p-1", 15);
    letTimePass(1_000);
    assertThat(runs()).containsExactly("large:60", "small:30");

    answer("large", "p-0", 19);
    letTimePass(1_000);
    assertThat(runs()).containsExactly("large:60", "small:30");

    answer("large", "p-0", 45);
    letTimePass(1_000);
    assertThat(runs()).containsExactly("large:60", "small:30", "large:40");

    answer("large", "p-0", 30); // an old one, come again
    letTimePass(1_000);
    answer("large", "p-0", 60);
    letTimePass(1_000);
    assertThat(runs()).containsExactly("large:60", "small:30", "large:60");
  }

  /** Issue 16, must show 6: at 300 images for each progress event it took 34 s. */
  @Test
  void aLargeRequestIsSentAsFastAsTheStagesBehindAreAndNoFaster() throws Exception {
    open(new DispatchSettings(100, 300, PATIENCE, true));
    admit("large", "p", 5_000);
    int known = 0;
    int seconds = 0;
    int mostOnTheirWay = 0;
    for (; known < 10_000; seconds++) {
      letTimePass(1_000);
      int sent = harness.extractOutputValues().size();
      mostOnTheirWay = Math.max(mostOnTheirWay, sent - known);
      known = Math.min(sent, known + 1_000);
      answer("large", "p", known);
    }
    assertThat(seconds).isLessThanOrEqualTo(13);
    assertThat(mostOnTheirWay).isLessThanOrEqualTo(2_000);
  }

  @Test
  void aRequestHasLessOnItsWayOnceTheStagesBehindBecomeSlow() throws Exception {
    open(new DispatchSettings(100, 300, PATIENCE, true));
    admit("large", "p", 5_000);
    int known = 0;
    for (int second = 0; second < 60; second++) {
      letTimePass(1_000);
      int sent = harness.extractOutputValues().size();
      known = Math.min(sent, known + (second < 5 ? 1_000 : 50));
      answer("large", "p", known);
    }
    letTimePass(1_000);

    assertThat(harness.extractOutputValues().size() - known).isBetween(200, 300);
  }

  @Test
  void requestsGoOnWithOtherSettings() throws Exception {
    open(SIXTY);
    admit("large", "p-0", 500);
    admit("medium", "p-1", 50);
    letTimePass(1_000);
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();

    harness = harness(new DispatchSettings(20, 200, Duration.ofSeconds(1), false));
    harness.initializeState(state);
    harness.open();
    harness.setProcessingTime(NOW + 2_000);
    answer("large", "p-0", 60);
    answer("medium", "p-1", 60);
    letTimePass(1_000);
    admit("second", "p-0", 15);
    letTimePass(1_000);

    assertThat(harness.extractOutputValues())
        .filteredOn(t -> t.requestId().equals("large"))
        .hasSizeGreaterThanOrEqualTo(200);
    assertThat(harness.extractOutputValues())
        .filteredOn(task -> task.requestId().equals("medium"))
        .hasSize(40);
    assertThat(signals()).as("nothing is superseded any more").isEmpty();
  }

  @Test
  void aRequestThatHearsNothingSendsABatchAfterAWhile() throws Exception {
    open(SIXTY);
    admit("r", "p", 100);
    letTimePass(PATIENCE.toMillis() - 1);
    assertThat(runs()).containsExactly("r:60");

    letTimePass(10);
    assertThat(runs()).containsExactly("r:80");

    letTimePass(PATIENCE.toMillis());
    assertThat(runs()).containsExactly("r:100");
  }

  @Test
  void afterARestartTheImagesNotSentYetComeInTheSameOrder() throws Exception {
    open(UNLIMITED);
    admit("large", "p-0", 100);
    admit("medium", "p-1", 60);
    letTimePass(2);
    Set<ImageTask> before = new HashSet<>(harness.extractOutputValues());
    OperatorSubtaskState state = harness.snapshot(1, 1);
    letTimePass(3);
    Set<ImageTask> again = new HashSet<>(harness.extractOutputValues());
    again.removeAll(before);
    assertThat(again).isNotEmpty();
    harness.close();

    harness = harness(UNLIMITED);
    harness.initializeState(state);
    harness.open();
    harness.setProcessingTime(NOW + 10_000);
    letTimePass(1_000);
    admit("small", "p-2", 15);
    letTimePass(1_000);

    assertThat(runs())
        .containsExactly(
            "large:" + (100 - before.size()), "medium:100", "large:100", "medium:20", "small:30");
    Set<ImageTask> all = new HashSet<>(harness.extractOutputValues());
    assertThat(all).containsAll(again).doesNotContainAnyElementsOf(before);
    assertThat(all).hasSize(350 - before.size());
  }

  @Test
  void aNewerRequestOfTheProjectSupersedesTheOneThatRuns() throws Exception {
    open(SIXTY);
    admit("old", "p", 100);
    letTimePass(1_000);
    admit("new", "p", 15);
    letTimePass(20_000);

    assertThat(runs()).containsExactly("old:60", "new:30");
    assertThat(signals()).containsExactly(RequestSignal.superseded("old"));
  }

  @Test
  void aRequestWhoseImagesAreAllSentIsSupersededUntilItEnds() throws Exception {
    open(SIXTY);
    admit("first", "p", 15);
    letTimePass(1_000);
    admit("second", "p", 15);
    letTimePass(1_000);
    end("second", "p");
    admit("third", "p", 15);
    admit("elsewhere", "q", 15);
    letTimePass(1_000);

    assertThat(runs()).containsExactly("first:30", "second:30", "third:30", "elsewhere:30");
    assertThat(signals()).containsExactly(RequestSignal.superseded("first"));
  }

  @Test
  void withoutSupersedingTheRequestsOfAProjectAreSentOneAfterAnother() throws Exception {
    open(new DispatchSettings(100, 60, PATIENCE, false));
    admit("z", "p", 50);
    admit("a", "p", 15);
    admit("m", "p", 15);
    letTimePass(1_000);
    assertThat(runs()).containsExactly("z:60");

    answer("z", "p", 60);
    letTimePass(1_000);
    assertThat(runs()).containsExactly("z:100", "a:30", "m:30");
    assertThat(signals()).isEmpty();
  }

  @Test
  void theImagesOfARequestThatEndedEarlyAreNotSent() throws Exception {
    open(SIXTY);
    admit("r", "p", 100);
    letTimePass(1_000);
    end("r", "p");
    letTimePass(20_000);

    assertThat(runs()).containsExactly("r:60");
    assertThat(harness.numKeyedStateEntries()).isZero();
  }

  /** The key of a timer is the project's id, which must not stay in checkpoints for minutes. */
  @Test
  void nothingOfAProjectIsLeftSoonAfterItsRequestsHaveEnded() throws Exception {
    open(UNLIMITED);
    admit("r-1", "p", 10);
    admit("r-2", "p", 10);
    letTimePass(1_000);
    end("r-1", "p");
    assertThat(harness.numProcessingTimeTimers()).as("the deadline of the other").isPositive();
    end("r-2", "p");

    assertThat(harness.numProcessingTimeTimers()).isZero();
    assertThat(harness.numKeyedStateEntries()).isZero();
  }

  @Test
  void theImagesOfARequestWhoseTimeIsUpAreNotSent() throws Exception {
    open(SIXTY);
    admit("r", "p", 10_000);
    letTimePass(DEADLINE.toEpochMilli() - NOW);
    int sent = harness.extractOutputValues().size();
    letTimePass(Duration.ofHours(1).toMillis());

    assertThat(harness.extractOutputValues()).hasSize(sent).hasSizeLessThan(1_000);
    assertThat(harness.numKeyedStateEntries()).isZero();
    assertThat(harness.numProcessingTimeTimers()).isZero();
  }

  @Test
  void nothingIsLeftOfRequestsOnceTheirTimeIsUpHoweverTheyEnded() throws Exception {
    open(SIXTY);
    admit("superseded", "p", 100);
    admit("ended", "p", 100);
    admit("silent", "q", 15);
    letTimePass(1_000);
    answer("ended", "p", 60);
    letTimePass(1_000);
    end("ended", "p");
    answer("unknown", "x", 60);
    end("unknown", "x");
    assertThat(harness.numKeyedStateEntries()).as("of the one that is silent").isEqualTo(1);

    letTimePass(DEADLINE.toEpochMilli() - NOW);

    assertThat(harness.numKeyedStateEntries()).isZero();
    assertThat(harness.numProcessingTimeTimers()).isZero();
  }

  private void open(DispatchSettings settings) throws Exception {
    harness = harness(settings);
    harness.open();
    harness.setProcessingTime(NOW);
  }

  private void admit(String requestId, String projectId, int imagesOfALabel) throws Exception {
    admit(request(requestId, projectId, imagesOfALabel));
  }

  private void admit(TrainingRequest request) throws Exception {
    harness.processElement1(new StreamRecord<>(new AdmittedRequest(request, DEADLINE)));
  }

  private void answer(String requestId, String projectId, int images) throws Exception {
    harness.processElement2(
        new StreamRecord<>(new RequestStatus(requestId, projectId, images, false)));
  }

  private void end(String requestId, String projectId) throws Exception {
    harness.processElement2(new StreamRecord<>(new RequestStatus(requestId, projectId, 0, true)));
  }

  private void letTimePass(long millis) throws Exception {
    long end = harness.getProcessingTime() + millis;
    while (harness.getProcessingTime() < end) {
      long step = Math.max(1, millis / 1_000);
      harness.setProcessingTime(Math.min(end, harness.getProcessingTime() + step));
    }
  }

  /** What was sent, as {@code request:images} for images of a request in a row. */
  private List<String> runs() {
    List<String> runs = new ArrayList<>();
    String current = "";
    int length = 0;
    for (ImageTask task : harness.extractOutputValues()) {
      if (!task.requestId().equals(current) && length > 0) {
        runs.add(current + ":" + length);
        length = 0;
      }
      current = task.requestId();
      length++;
    }
    runs.add(current + ":" + length);
    return runs;
  }

  private List<RequestSignal> signals() {
    var signals = harness.getSideOutput(SIGNALS);
    return signals == null ? List.of() : signals.stream().map(StreamRecord::getValue).toList();
  }

  private static TrainingRequest request(String id, String projectId, int imagesOfALabel) {
    TrainingRequest request = Requests.request(id, imagesOfALabel, ImageFailurePolicy.FAIL);
    return new TrainingRequest(
        id,
        projectId,
        null,
        null,
        request.name(),
        request.labels(),
        request.deliverTo(),
        request.onImageFailure(),
        request.deadlineSeconds(),
        request.format(),
        request.receivedAt());
  }

  private static KeyedTwoInputStreamOperatorTestHarness<
          String, AdmittedRequest, RequestStatus, ImageTask>
      harness(DispatchSettings settings) throws Exception {
    return new KeyedTwoInputStreamOperatorTestHarness<>(
        new KeyedCoProcessOperator<>(new DispatchFunction(settings, SIGNALS)),
        admitted -> admitted.request().projectId(),
        RequestStatus::projectId,
        Types.STRING);
  }
}
