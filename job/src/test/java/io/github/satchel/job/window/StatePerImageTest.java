package io.github.satchel.job.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.Delivery;
import io.github.satchel.contract.ImageFailurePolicy;
import io.github.satchel.contract.ImageLocation;
import io.github.satchel.contract.Label;
import io.github.satchel.contract.OutputFormat;
import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.Requests;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is read and written for an image beside itself, in bytes. It used to hold every label and a
 * bit for every image of the request.
 */
class StatePerImageTest {

  @TempDir Path archives;

  @ParameterizedTest
  @CsvSource({"2, 10", "2, 10000", "2000, 10"})
  void itIsAFewNumbersWhateverTheRequest(int labels, int images) throws Exception {
    TrainingRequest request = request(labels, images);
    WindowFixture window = WindowFixture.open(archives);
    try {
      window.send(request);
      for (int i = 0; i < labels * images - 1; i++) {
        window.sendImage(request, i, new byte[0]);
      }

      assertThat(window.bytesOf("r-1", "tally", TypeInformation.of(Tally.class))).isBetween(1, 50);
      assertThat(window.bytesOf("r-1", "admission", TypeInformation.of(Admission.class)))
          .isBetween(1, 60);
      assertThat(window.seenWords("r-1"))
          .as("of which one is written for an image")
          .isEqualTo((labels * images - 1 + Long.SIZE - 1) / Long.SIZE);
      assertThat(WindowFixture.bytesOf(new LabelTally(10_000, 9_999, 0, 99_999_999)))
          .isLessThan(50);
    } finally {
      window.close();
    }
  }

  @Test
  void aRequestOfManyLabelsIsDecidedByEachOfThem() throws Exception {
    TrainingRequest request = request(500, 10);
    WindowFixture window = WindowFixture.open(archives);
    try {
      window.send(request);
      for (int i = 0; i < 5_000; i++) {
        window.sendImage(request, i, new byte[0]);
      }

      assertThat(window.onlyPacked().archives())
          .hasSize(500)
          .allMatch(each -> each.archive().images() == 10);
    } finally {
      window.close();
    }
  }

  private static TrainingRequest request(int labels, int images) {
    return new TrainingRequest(
        "r-1",
        "project-1",
        null,
        null,
        "My pets",
        IntStream.range(0, labels)
            .mapToObj(
                label ->
                    new Label(
                        "label " + label,
                        IntStream.range(0, images)
                            .mapToObj(
                                image ->
                                    new ImageLocation(
                                        ImageLocation.Type.DOWNLOAD,
                                        label + "-" + image,
                                        "https://pictures.example/" + image,
                                        null))
                            .toList()))
            .toList(),
        new Delivery(Delivery.Kind.WATSON, List.of("class-7"), List.of()),
        ImageFailurePolicy.FAIL,
        0,
        OutputFormat.AUTO,
        Requests.RECEIVED_AT);
  }
}
