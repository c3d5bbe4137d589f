package io.github.satchel.connectors.training.watson;

import static io.github.satchel.connectors.training.watson.WatsonFixture.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.github.satchel.connectors.training.ExampleArchive;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.TrainingEvent;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WatsonLimitsTest {

  private static final ExampleArchive CAT = archive("cat", 10_000, 100_000_000);

  private static ExampleArchive archive(String name, int images, long bytes) {
    return new ExampleArchive(name, "file:/" + name + ".zip", bytes, images, null);
  }

  private static ThrowingCallable checking(ExampleArchive... archives) {
    return () ->
        WatsonLimits.check(
            new Training("r1", "My pets", List.of(archives), "", List.of(), List.of(), Map.of()));
  }

  @Test
  void whatIsJustWithinTheRulesIsFine() {
    assertThatCode(checking(CAT, archive("Mes bêtes_2.0", 10, 100_000_000), archive("x", 0, 1)))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "dog, 9, 1000, 'class dog needs at least 10 images, it has 9'",
    "dog, 10001, 1000, 'class dog may have 10000 images, it has 10001'",
    "dog, 10, 100000001, 'the archive of class dog may have 100000000 bytes, it has 100000001'",
    "do-g, 10, 1000, 'the name of class do-g may not hold any of'",
    "do/g, 10, 1000, 'the name of class do/g may not hold any of'",
    "'do[g', 10, 1000, 'the name of class do[g may not hold any of'",
    "'', 10, 1000, 'a class has no name'",
    "cat, 10, 1000, 'class cat is there twice'"
  })
  void aRuleThatIsBrokenIsNamed(String name, int images, long bytes, String rule) {
    assertThatCode(checking(CAT, archive(name, images, bytes))).hasMessageContaining(rule);
  }

  @Test
  void oneClassIsNotEnough() {
    assertThatCode(checking(CAT)).hasMessage("at least 2 classes are needed, there are 1");
  }

  @Test
  void allArchivesTogetherFitIntoACall() {
    assertThatCode(checking(CAT, archive("dog", 10, 100_000_000), archive("owl", 10, 56_000_001)))
        .hasMessage("all archives together may have 256000000 bytes, they have 256000001");
  }

  @Test
  void aTrainingThatBreaksARuleIsRefusedAndNothingIsSent(@TempDir Path directory) throws Exception {
    try (WatsonFixture fixture = new WatsonFixture(directory)) {
      Training training = fixture.pets("r1", "first");

      TrainingEvent outcome =
          fixture.upload(TestTrainings.of(training, training.archives().subList(0, 1)));

      assertThat(error(outcome).code()).isEqualTo("upload-refused");
      assertThat(error(outcome).message())
          .isEqualTo(
              "The service refused the training data (at least 2 classes are needed, there are 1)."
                  + " Change the examples.");
      assertThat(fixture.watson.calls).isEmpty();
    }
  }
}
