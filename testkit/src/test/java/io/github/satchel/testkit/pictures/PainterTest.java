package io.github.satchel.testkit.pictures;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PainterTest {
  @ParameterizedTest
  @EnumSource(value = PictureKind.class, mode = EnumSource.Mode.EXCLUDE, names = "LARGE_PHOTO")
  void theSameSeedGivesTheSameBytes(PictureKind kind) {
    assertThat(Painter.paint(kind, 3)).isEqualTo(Painter.paint(kind, 3));
    assertThat(Painter.paint(kind, 3)).isNotEqualTo(Painter.paint(kind, 4));
  }

  @Test
  void photographsAreAsLargeAsPhotographs() throws IOException {
    for (long seed = 0; seed < 8; seed++) {
      assertThat(Painter.paint(PictureKind.WEBCAM, seed)).hasSizeBetween(30_000, 60_000);
      byte[] photo = Painter.paint(PictureKind.PHOTO, seed);
      assertThat(pixels(photo)).isBetween(500_000, 2_000_000);
      assertThat((double) photo.length / pixels(photo)).isBetween(0.1, 0.3);
    }
    byte[] large = Painter.paint(PictureKind.LARGE_PHOTO, 1);
    assertThat(large).hasSizeBetween(1_500_000, 4_000_000);
    assertThat(pixels(large)).isBetween(12_000_000, 12_500_000);
  }

  private static int pixels(byte[] picture) throws IOException {
    BufferedImage image = Objects.requireNonNull(ImageIO.read(new ByteArrayInputStream(picture)));
    return image.getWidth() * image.getHeight();
  }
}
