package io.github.satchel.job.resize;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.FailureCode;
import io.github.satchel.contract.OutputFormat;
import io.github.satchel.job.model.Problem;
import io.github.satchel.job.resize.kernel.Encoding;
import io.github.satchel.job.resize.kernel.KernelChoice;
import io.github.satchel.job.resize.kernel.ResizeSettings;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What both kernels do alike. */
@ParameterizedClass
@EnumSource(
    value = KernelChoice.class,
    names = {"NATIVE", "JAVA"})
class KernelsTest {

  private static final int WIDTH = 60;
  private static final int HEIGHT = 40;
  private static final Offset<Integer> TOLERANCE = Offset.offset(40);

  private final PictureResizer resizer;
  private final String kernel;

  KernelsTest(KernelChoice choice) {
    var settings = new ResizeSettings(WIDTH, HEIGHT, 1_000_000, choice, 90, Duration.ofSeconds(10));
    resizer = PictureResizer.open(settings);
    kernel = choice.name().toLowerCase(Locale.ROOT);
  }

  @AfterEach
  void close() {
    resizer.close();
  }

  @ParameterizedTest
  @CsvSource({
    "1, RGBY", "2, GRYB", "3, YBGR", "4, BYRG", "5, RBGY", "6, BRYG", "7, YGBR", "8, GYRB"
  })
  void aPhotographIsUprightWhateverItsOrientation(int orientation, String corners) {
    byte[] jpeg = Pictures.encode(Pictures.quarters(400, 200, BufferedImage.TYPE_INT_RGB), "jpeg");

    BufferedImage picture =
        picture(Pictures.oriented(jpeg, orientation), OutputFormat.AUTO, Encoding.JPEG);

    assertThat(corners(picture)).isEqualTo(corners);
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpeg", "png", "gif", "bmp", "tiff"})
  void everyFormatIsResized(String format) {
    byte[] content =
        Pictures.encode(Pictures.quarters(300, 200, BufferedImage.TYPE_INT_RGB), format);

    assertThat(corners(picture(content, OutputFormat.PNG, Encoding.PNG))).isEqualTo("RGBY");
  }

  @Test
  void aWebpIsResized() throws IOException {
    byte[] webp = Pictures.webp(Pictures.quarters(300, 200, BufferedImage.TYPE_INT_RGB));

    assertThat(corners(picture(webp, OutputFormat.AUTO, Encoding.PNG))).isEqualTo("RGBY");
  }

  @ParameterizedTest
  @CsvSource({"30,20", "61,41", "10000,2", "2,10000", "900,900"})
  void aPictureOfAnyShapeFillsTheSize(int width, int height) {
    byte[] png =
        Pictures.encode(Pictures.gradient(width, height, BufferedImage.TYPE_INT_RGB), "png");

    BufferedImage picture = picture(png, OutputFormat.AUTO, Encoding.PNG);

    assertThat(color(picture, 3, 3)).satisfies(near(Color.ORANGE));
    assertThat(color(picture, WIDTH - 4, HEIGHT - 4)).satisfies(near(Color.BLUE));
  }

  @Test
  void transparencyIsKeptInPngAndWhiteInJpeg() {
    var drawing = new BufferedImage(200, 200, BufferedImage.TYPE_INT_ARGB);
    for (int y = 0; y < 200; y++) {
      for (int x = 0; x < 100; x++) {
        drawing.setRGB(x, y, 0xffff0000);
      }
    }
    byte[] png = Pictures.encode(drawing, "png");

    BufferedImage kept = picture(png, OutputFormat.AUTO, Encoding.PNG);
    BufferedImage flat = picture(png, OutputFormat.JPEG, Encoding.JPEG);

    assertThat(kept.getRGB(5, 20)).isEqualTo(0xffff0000);
    assertThat(kept.getRGB(WIDTH - 5, 20) >>> 24).isZero();
    assertThat(color(flat, 5, 20)).satisfies(near(Color.RED));
    assertThat(color(flat, WIDTH - 5, 20)).satisfies(near(Color.WHITE));
  }

  @Test
  void theColourOfTransparentPixelsDoesNotBleed() {
    var drawing = new BufferedImage(200, 200, BufferedImage.TYPE_INT_ARGB);
    for (int y = 0; y < 200; y++) {
      for (int x = 0; x < 200; x++) {
        drawing.setRGB(x, y, x % 2 == 0 ? 0xffff0000 : 0x0000ff00);
      }
    }

    BufferedImage picture =
        picture(Pictures.encode(drawing, "png"), OutputFormat.PNG, Encoding.PNG);

    assertThat(new Color(picture.getRGB(30, 20))).satisfies(near(Color.RED));
    assertThat(picture.getRGB(30, 20) >>> 24).isBetween(30, 240);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_USHORT_GRAY,
        BufferedImage.TYPE_BYTE_GRAY,
        BufferedImage.TYPE_BYTE_BINARY,
        BufferedImage.TYPE_BYTE_INDEXED
      })
  void grayAndPaletteAndSixteenBitsKeepTheirLight(int type) {
    var picture = new BufferedImage(200, 200, type);
    for (int y = 0; y < 200; y++) {
      for (int x = 0; x < 200; x++) {
        picture.setRGB(x, y, x < 100 ? 0xff000000 : 0xffffffff);
      }
    }

    BufferedImage resized =
        picture(Pictures.encode(picture, "png"), OutputFormat.AUTO, Encoding.PNG);

    assertThat(color(resized, 5, 20)).satisfies(near(Color.BLACK));
    assertThat(color(resized, WIDTH - 5, 20)).satisfies(near(Color.WHITE));
  }

  @Test
  void aCmykPhotographHasItsColours() {
    byte[] jpeg = Pictures.cmykJpeg(200, 200, new int[] {0, 255, 255, 0});

    BufferedImage picture = picture(jpeg, OutputFormat.AUTO, Encoding.JPEG);

    Color color = color(picture, 30, 20);
    assertThat(color.getRed()).isGreaterThan(180);
    assertThat(color.getGreen()).isLessThan(90);
    assertThat(color.getBlue()).isLessThan(90);
  }

  @Test
  void anEmbeddedProfileIsConvertedToSrgb() {
    byte[] linear = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();
    var gray = new BufferedImage(200, 200, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = gray.createGraphics();
    graphics.setColor(new Color(55, 55, 55)); // 128 in sRGB
    graphics.fillRect(0, 0, 200, 200);
    graphics.dispose();
    byte[] png = Pictures.pngWithProfile(Pictures.encode(gray, "png"), linear);
    byte[] jpeg = Pictures.jpegWithProfile(Pictures.encode(gray, "jpeg"), linear);

    for (byte[] content : List.of(png, jpeg)) {
      BufferedImage picture = picture(content, OutputFormat.PNG, Encoding.PNG);
      assertThat(color(picture, 30, 20).getGreen()).isBetween(124, 132);
    }
  }

  @Test
  void aBrokenProfileIsLeftOut() {
    byte[] content = Pictures.encode(Pictures.quarters(99, 99, BufferedImage.TYPE_INT_RGB), "png");

    byte[] png = Pictures.pngWithProfile(content, new byte[] {1, 2, 3});

    assertThat(corners(picture(png, OutputFormat.PNG, Encoding.PNG))).isEqualTo("RGBY");
  }

  @Test
  void tooManyPixelsAreRefusedFromTheHeaderAlone() {
    byte[] png = Pictures.encode(Pictures.gradient(9, 9, BufferedImage.TYPE_INT_RGB), "png");
    ByteBuffer.wrap(png).putInt(16, 60_000).putInt(20, 60_000);

    assertThat(resizer.resize(png, OutputFormat.AUTO))
        .extracting(outcome -> ((Outcome.Refused) outcome).problem())
        .isEqualTo(
            new Problem(FailureCode.IMAGE_TOO_MANY_PIXELS, "Image size exceeds maximum limit"));
  }

  @Test
  void aPictureWhoseDataIsBrokenIsRefused() {
    byte[] png = Pictures.encode(Pictures.gradient(99, 99, BufferedImage.TYPE_INT_RGB), "png");
    for (int at = 41; at < png.length - 12; at++) {
      png[at] = 0x55;
    }

    assertThat(resizer.resize(png, OutputFormat.AUTO))
        .extracting(outcome -> ((Outcome.Refused) outcome).problem())
        .isEqualTo(new Problem(FailureCode.IMAGE_UNSUPPORTED, "Unsupported image file type"));
  }

  private BufferedImage picture(byte[] content, OutputFormat format, Encoding encoding) {
    Outcome outcome = resizer.resize(content, format);
    assertThat(outcome).isInstanceOf(Outcome.Resized.class);
    var resized = (Outcome.Resized) outcome;
    assertThat(resized.kernel()).isEqualTo(kernel);
    assertThat(resized.encoding()).isEqualTo(encoding);
    BufferedImage picture = Pictures.decode(resized.content());
    assertThat(List.of(picture.getWidth(), picture.getHeight())).containsExactly(WIDTH, HEIGHT);
    return picture;
  }

  private static String corners(BufferedImage picture) {
    var corners = new StringBuilder();
    for (int y : new int[] {HEIGHT / 4, HEIGHT * 3 / 4}) {
      for (int x : new int[] {WIDTH / 4, WIDTH * 3 / 4}) {
        Color color = color(picture, x, y);
        boolean red = color.getRed() > 128;
        boolean green = color.getGreen() > 128;
        corners.append(red && green ? 'Y' : red ? 'R' : green ? 'G' : 'B');
      }
    }
    return corners.toString();
  }

  private static Color color(BufferedImage picture, int x, int y) {
    return new Color(picture.getRGB(x, y));
  }

  private static Consumer<Color> near(Color expected) {
    return color -> {
      assertThat(color.getRed()).isCloseTo(expected.getRed(), TOLERANCE);
      assertThat(color.getGreen()).isCloseTo(expected.getGreen(), TOLERANCE);
      assertThat(color.getBlue()).isCloseTo(expected.getBlue(), TOLERANCE);
    };
  }
}
