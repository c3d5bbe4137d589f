package io.github.satchel.job.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.ImageLocation;
import io.github.satchel.contract.OutputFormat;
import io.github.satchel.contract.StoredImage;
import io.github.satchel.job.model.ImageTask;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FetchRouteTest {

  private static final int MAX_PARALLELISM = 120;

  private final FetchRoute route = new FetchRoute();

  @Test
  void imagesOfAHostGoToOneSubtaskHoweverItsNameIsWritten() {
    assertThat(
            IntStream.range(0, FetchRoute.SPILL_AFTER)
                .mapToObj(i -> route.getKey(web("https://Pictures.Example:8443/" + i, i)))
                .distinct())
        .containsExactly(route.getKey(web("http://pictures.example/another.png", 0)));
  }

  @Test
  void theImagesOfALargeRequestSpillOverToAFewSubtasksEvenly() {
    var images = new int[FetchRoute.SUBTASKS_OF_HOST];
    IntStream.range(FetchRoute.SPILL_AFTER, 10_000)
        .mapToObj(i -> route.getKey(web("https://pictures.example/" + i, i)))
        .map(key -> key.substring(key.indexOf(' ') + 1))
        .forEach(subtask -> images[Integer.parseInt(subtask)]++);

    assertThat(Arrays.stream(images).boxed())
        .allSatisfy(each -> assertThat(each).isBetween(2_000, 2_800));
  }

  @Test
  void imagesOfOneAddressThatSpillOverStillMeet() {
    assertThat(route.getKey(web("https://pictures.example/1", 600)))
        .isEqualTo(route.getKey(web("https://pictures.example/1", 9_000)));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5, 8})
  void storedImagesSpreadEvenly(int parallelism) {
    var images = new int[parallelism];
    IntStream.range(0, 10_000)
        .mapToObj(i -> route.getKey(stored("object-" + i)))
        .forEach(key -> images[subtask(key, parallelism)]++);

    int share = Arrays.stream(images).sum() / parallelism;
    assertThat(Arrays.stream(images).boxed())
        .allSatisfy(each -> assertThat(each).isBetween(share * 8 / 10, share * 12 / 10));
  }

  @Test
  void anAddressThatIsNoneHasARouteToo() {
    assertThat(route.getKey(web("not an address", 0))).isNotEmpty();
  }

  private static int subtask(String key, int parallelism) {
    return KeyGroupRangeAssignment.assignKeyToParallelOperator(key, MAX_PARALLELISM, parallelism);
  }

  private static ImageTask web(String url, int index) {
    return task(new ImageLocation(ImageLocation.Type.DOWNLOAD, "id", url, null), index);
  }

  private static ImageTask stored(String object) {
    return task(
        new ImageLocation(
            ImageLocation.Type.RETRIEVE,
            null,
            null,
            new StoredImage(object, "project", "user", "class")),
        0);
  }

  private static ImageTask task(ImageLocation location, int index) {
    return new ImageTask("request", index, "cat", location, OutputFormat.AUTO, Instant.EPOCH);
  }
}
