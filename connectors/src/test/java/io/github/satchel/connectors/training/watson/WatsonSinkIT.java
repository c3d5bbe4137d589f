package io.github.satchel.connectors.training.watson;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.TrainingEvent;
import io.github.satchel.connectors.training.TrainingEvent.Kind;
import io.github.satchel.connectors.training.credentials.Credentials;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatsonSinkIT {

  private static final int TRAININGS = 20;

  @Test
  void aRestartGivesTheSameOutcomesAgainAndCreatesNothingTwice(@TempDir Path directory)
      throws Exception {
    CollectingSink outcomes = new CollectingSink("WatsonSinkIT", 2);
    List<Training> trainings = new ArrayList<>();
    for (int i = 0; i < TRAININGS; i++) {
      trainings.add(TestTrainings.pets(directory, "r" + i, "key" + i));
    }
    try (FakeWatson watson = new FakeWatson()) {
      String url = watson.url();
      StreamExecutionEnvironment env =
          StreamExecutionEnvironment.getExecutionEnvironment(
              new Configuration()
                  .set(PipelineOptions.GENERIC_TYPES, false)
                  .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(50))
                  .set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay")
                  .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 3)
                  .set(
                      RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY,
                      Duration.ofMillis(10)));
      env.setParallelism(2);
      env.fromData(TypeInformation.of(Training.class), trainings.toArray(Training[]::new))
          .sinkTo(
              WatsonSink.<Training>builder()
                  .setElementConverter(training -> training)
                  .setEventSink(outcomes)
                  .setCredentialsResolver(
                      name -> Optional.of(new Credentials(url, "secret-key-" + name)))
                  .setIamUrl(url)
                  .build());

      env.execute();

      Set<TrainingEvent> distinct = Set.copyOf(outcomes.collected().written);
      assertThat(outcomes.collected().failures).hasValueGreaterThan(2);
      assertThat(distinct).hasSize(TRAININGS);
      assertThat(distinct).allMatch(outcome -> outcome.kind() == Kind.UPLOADED);
      assertThat(distinct.stream().map(TrainingEvent::training).collect(Collectors.toSet()))
          .containsExactlyInAnyOrderElementsOf(trainings);
      for (int i = 0; i < TRAININGS; i++) {
        assertThat(watson.classifiers("secret-key-key" + i)).isEqualTo(1);
      }
    }
  }
}
