package io.github.satchel.testkit.pictures;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PictureFilesTest {

  private static final int DRAWS = 10_000;

  @TempDir private Path directory;

  @BeforeEach
  void files() throws IOException {
    for (String name : new String[] {"web_1.jpg", "web_2.JPG", "cam_1.png", "big.webp"}) {
      Files.writeString(directory.resolve(name), name);
    }
    Files.writeString(directory.resolve("README.md"), "no picture");
  }

  @Test
  void aMixDrawsEachPrefixAsOftenAsItsWeightSays() throws Exception {
    Map<String, Double> shares = shares(PictureMix.parse("web=3,cam=1"));

    assertThat(shares).containsOnlyKeys("web_1.jpg", "web_2.JPG", "cam_1.png");
    assertThat(shares.get("web_1.jpg")).isCloseTo(0.375, within(0.03));
    assertThat(shares.get("cam_1.png")).isCloseTo(0.25, within(0.03));
  }

  @Test
  void withoutAMixEveryFileIsAsFrequentAsAnyOther() throws Exception {
    assertThat(shares(PictureMix.EVEN))
        .hasSize(4)
        .allSatisfy((name, share) -> assertThat(share).isCloseTo(0.25, within(0.03)));
  }

  @Test
  void theSameSeedDrawsTheSamePictures() throws Exception {
    PictureFiles one = PictureFiles.load(directory, PictureMix.EVEN, 5);
    PictureFiles same = PictureFiles.load(directory, PictureMix.EVEN, 5);
    PictureFiles other = PictureFiles.load(directory, PictureMix.EVEN, 6);

    assertThat(names(one)).isEqualTo(names(same)).isNotEqualTo(names(other));
  }

  @Test
  void aPrefixThatNoFileHasIsNamedWithThoseThatThereAre() {
    assertThatThrownBy(() -> PictureFiles.load(directory, PictureMix.parse("webb=1"), 1))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("webb_")
        .hasMessageContaining("big, cam, web");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "web          | '''web'' is not NAME=WEIGHT'",
        "web=0        | '''web=0'' is not'",
        "web=1,       | ''''' is not'",
        "web=-1       | '''web=-1'' is not'",
        "web=1=2      | '''web=1=2'' is not'",
        "=1           | '''=1'' is not'",
        "web=1,web=2  | web is there twice"
      })
  void aBrokenMixIsRefused(String text, String complaint) {
    assertThatThrownBy(() -> PictureMix.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(complaint);
  }

  @Test
  void aMixIsWrittenAsItIsRead() {
    String text = "web=50,webcam=20,drawn=18";

    assertThat(PictureMix.parse(text)).hasToString(text);
    assertThat(PictureMix.parse("")).isEqualTo(PictureMix.EVEN).hasToString("");
  }

  private Map<String, Double> shares(PictureMix mix) throws IOException {
    return names(PictureFiles.load(directory, mix, 1)).stream()
        .collect(
            Collectors.groupingBy(
                Function.identity(), Collectors.summingDouble(name -> 1.0 / DRAWS)));
  }

  private static List<String> names(PictureFiles files) {
    return LongStream.range(0, DRAWS)
        .mapToObj(n -> new String(files.picture(n).join().bytes(), UTF_8))
        .toList();
  }
}
