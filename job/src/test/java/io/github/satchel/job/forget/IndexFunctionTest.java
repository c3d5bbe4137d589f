package io.github.satchel.job.forget;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.job.model.Forget;
import io.github.satchel.job.model.RequestSignal;
import io.github.satchel.job.model.Subject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.SavepointType;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IndexFunctionTest {

  private static final OutputTag<RequestSignal> SIGNALS =
      new OutputTag<>("signals", TypeInformation.of(RequestSignal.class));
  private static final Duration REMEMBER = Duration.ofDays(30);
  private static final Instant NOON = Instant.parse("2026-01-15T12:00:00Z");
  private static final Subject PETS = Subject.project("pets-42");
  private static final Subject PUPIL = Subject.user("pupil-7");

  private KeyedOneInputStreamOperatorTestHarness<String, Mention, Removal> harness;

  @BeforeEach
  void open() throws Exception {
    open(new HashMapStateBackend());
  }

  private void open(StateBackend backend) throws Exception {
    harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(new IndexFunction(REMEMBER, SIGNALS)),
            mention -> mention.subject().key(),
            Types.STRING);
    harness.setStateBackend(backend);
    harness.open();
    harness.setStateTtlProcessingTime(1);
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void everyRequestOfTheSubjectIsForgottenAndNobodyElses() throws Exception {
    request(PETS, "r-1", NOON);
    request(PUPIL, "r-1", NOON);
    request(PETS, "r-2", NOON);
    request(PETS, "r-2", NOON);
    request(Subject.project("other"), "r-3", NOON);

    forget(PETS, "f-1", NOON.plusSeconds(1));

    assertThat(signals())
        .extracting(RequestSignal::requestId)
        .containsExactlyInAnyOrder("r-1", "r-2");
    assertThat(signals())
        .extracting(RequestSignal::forget)
        .containsOnly(new Forget("f-1", PETS, 2, "f-1/2026-01-15T12:00:01Z/2"));
    assertThat(harness.extractOutputValues()).isEmpty();
    forget(PUPIL, "f-2", NOON.plusSeconds(1));
    assertThat(signals()).last().extracting(RequestSignal::requestId).isEqualTo("r-1");
  }

  @Test
  void aSecondForgetFindsNothing() throws Exception {
    request(PETS, "r-1", NOON);
    forget(PETS, "f-1", NOON);
    forget(PETS, "f-1", NOON);

    assertThat(signals()).hasSize(1);
    assertThat(harness.extractOutputValues())
        .singleElement()
        .satisfies(
            removal -> {
              assertThat(removal.requestId()).isNull();
              assertThat(removal.forget().requests()).isZero();
              assertThat(removal.forget().tally())
                  .isNotEqualTo(Objects.requireNonNull(signals().get(0).forget()).tally());
            });
  }

  @Test
  void aRequestThatWasSentBeforeTheForgetAndIsReadAfterItIsForgottenToo() throws Exception {
    forget(PETS, "f-1", NOON);
    request(PETS, "before", NOON.minusSeconds(1));
    request(PETS, "after", NOON.plusSeconds(1));

    assertThat(signals())
        .singleElement()
        .satisfies(
            signal -> {
              assertThat(signal.requestId()).isEqualTo("before");
              assertThat(Objects.requireNonNull(signal.forget()).requests()).isOne();
            });
  }

  @Test
  void requestsAreRememberedForTheTimeThatIsSet() throws Exception {
    harness.setProcessingTime(0);
    request(PETS, "old", NOON);
    harness.setProcessingTime(REMEMBER.toMillis() / 2);
    request(PETS, "new", NOON);
    harness.setProcessingTime(REMEMBER.toMillis());

    forget(PETS, "f-1", NOON);

    assertThat(signals()).singleElement().extracting(RequestSignal::requestId).isEqualTo("new");
    assertThat(harness.numProcessingTimeTimers()).as("with the subject as key").isZero();
  }

  @Test
  void noKeyOfWhatIsForgottenIsInASavepoint() throws Exception {
    open(new EmbeddedRocksDBStateBackend());
    harness.setProcessingTime(0);
    for (int i = 0; i < 1_000; i++) {
      request(PETS, "r-" + i, NOON);
    }
    assertThat(savepoint()).contains("r-999").contains(PETS.key());

    harness.setProcessingTime(REMEMBER.toMillis() + 1);
    harness.setStateTtlProcessingTime(REMEMBER.toMillis() + 2);

    assertThat(savepoint()).doesNotContain("r-999").doesNotContain(PETS.key());
    assertThat(harness.numProcessingTimeTimers()).isZero();
  }

  private String savepoint() throws Exception {
    var state =
        harness
            .snapshotWithLocalState(1, 1, SavepointType.savepoint(SavepointFormatType.CANONICAL))
            .getJobManagerOwnedState();
    StringBuilder all = new StringBuilder();
    for (var handle : state.getManagedKeyedState()) {
      try (var in = ((KeyGroupsStateHandle) handle).openInputStream()) {
        all.append(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
      }
    }
    return all.toString();
  }

  private void request(Subject subject, String id, Instant at) throws Exception {
    harness.processElement(new StreamRecord<>(new Mention(subject, id, false, at)));
  }

  private void forget(Subject subject, String id, Instant at) throws Exception {
    harness.processElement(new StreamRecord<>(new Mention(subject, id, true, at)));
  }

  private List<RequestSignal> signals() {
    var records = harness.getSideOutput(SIGNALS);
    return records == null ? List.of() : records.stream().map(StreamRecord::getValue).toList();
  }
}
