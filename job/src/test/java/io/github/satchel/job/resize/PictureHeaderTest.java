package io.github.satchel.job.resize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.satchel.job.resize.header.PictureHeader;
import io.github.satchel.job.resize.header.PictureType;
import io.github.satchel.job.resize.header.UnreadablePictureException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PictureHeaderTest {

  private static final BufferedImage PICTURE =
      Pictures.gradient(123, 45, BufferedImage.TYPE_INT_RGB);

  @ParameterizedTest
  @CsvSource({"jpeg,JPEG", "png,PNG", "gif,GIF", "bmp,BMP", "tiff,TIFF"})
  void typeAndSizeAreReadFromContent(String format, PictureType type) throws Exception {
    PictureHeader header = PictureHeader.read(Pictures.encode(PICTURE, format));

    assertThat(header.type()).isEqualTo(type);
    assertThat(header.width()).isEqualTo(123);
    assertThat(header.height()).isEqualTo(45);
    assertThat(header.orientation()).isEqualTo(1);
  }

  @Test
  void aWebpIsKnownWithAndWithoutTransparency() throws Exception {
    PictureHeader opaque = PictureHeader.read(Pictures.webp(PICTURE));
    PictureHeader transparent =
        PictureHeader.read(Pictures.webp(Pictures.quarters(33, 44, BufferedImage.TYPE_INT_ARGB)));

    assertThat(opaque.type()).isEqualTo(PictureType.WEBP);
    assertThat(opaque.pixels()).isEqualTo(123 * 45);
    assertThat(transparent.width()).isEqualTo(33);
    assertThat(transparent.height()).isEqualTo(44);
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpeg", "png", "gif", "bmp", "tiff"})
  void halfAPictureIsRefused(String format) {
    byte[] whole = Pictures.encode(PICTURE, format);
    byte[] half = Arrays.copyOf(whole, whole.length / 2);

    assertThatThrownBy(() -> PictureHeader.read(half))
        .isInstanceOf(UnreadablePictureException.class);
  }

  @Test
  void halfAWebpIsRefused() throws IOException {
    byte[] whole = Pictures.webp(PICTURE);

    assertThatThrownBy(() -> PictureHeader.read(Arrays.copyOf(whole, whole.length / 2)))
        .isInstanceOf(UnreadablePictureException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "'\0\0\0 ftypavif\0\0\0\0', AVIF",
    "'\0\0\0\u0018ftypheic\0\0\0\0', HEIF",
    "'<?xml version=\"1.0\"?><svg/>', SVG",
    "' <SVG viewBox=\"0 0 1 1\"/>', SVG",
    "'%PDF-1.7', PDF",
  })
  void aKnownFormatThatIsNotReadIsNamed(String content, String format) {
    assertThatThrownBy(() -> PictureHeader.read(content.getBytes(StandardCharsets.ISO_8859_1)))
        .isInstanceOfSatisfying(
            UnreadablePictureException.class,
            refusal ->
                assertThat(refusal.problem().message())
                    .isEqualTo("Unsupported image file type (" + format + ")"));
  }

  @Test
  void noBytesAndZeroBytesAreNoPicture() {
    assertThatThrownBy(() -> PictureHeader.read(new byte[0]))
        .isInstanceOf(UnreadablePictureException.class);
    assertThatThrownBy(() -> PictureHeader.read(new byte[200]))
        .isInstanceOf(UnreadablePictureException.class);
  }

  @Test
  void aGifFrameLargerThanItsScreenCounts() throws Exception {
    byte[] gif = Pictures.encode(PICTURE, "gif");
    ByteBuffer.wrap(gif)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort(6, (short) 1)
        .putShort(8, (short) 1);

    PictureHeader header = PictureHeader.read(gif);

    assertThat(header.pixels()).isEqualTo(123 * 45);
  }

  @Test
  void aWebpWhoseCanvasIsSmallerThanItsFrameCountsTheFrame() throws Exception {
    byte[] webp = Pictures.webp(PICTURE);
    var extended = ByteBuffer.allocate(webp.length + 18).order(ByteOrder.LITTLE_ENDIAN);
    extended.put(webp, 0, 12).put("VP8X".getBytes(StandardCharsets.US_ASCII)).putInt(10);
    extended.put(new byte[10]).put(webp, 12, webp.length - 12).putInt(4, webp.length + 18 - 8);

    assertThat(PictureHeader.read(extended.array()).pixels()).isEqualTo(123 * 45);
  }

  @Test
  void aTiffWhoseTilesAreLargerThanThePictureCountsTheTiles() throws Exception {
    PictureHeader header = PictureHeader.read(tiff(100, 100, 60_000, 50_000));

    assertThat(header.pixels()).isEqualTo(60_000L * 50_000L);
  }

  @Test
  void aProgressiveJpegOfThousandsOfScansIsRefused() {
    byte[] jpeg = Pictures.progressiveJpeg(PICTURE);
    var scans = ByteBuffer.allocate(jpeg.length + 10_000);
    scans.put(jpeg, 0, jpeg.length - 2);
    for (int i = 0; i < 1_000; i++) {
      scans.put(new byte[] {(byte) 0xff, (byte) 0xda, 0, 6, 1, 1, 0, 0, 0, 0});
    }
    scans.put(jpeg, jpeg.length - 2, 2);

    assertThatThrownBy(() -> PictureHeader.read(Arrays.copyOf(scans.array(), scans.position())))
        .hasMessageContaining("scans");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void theOrientationOfAJpegIsRead(int orientation) throws Exception {
    byte[] jpeg = Pictures.oriented(Pictures.encode(PICTURE, "jpeg"), orientation);

    assertThat(PictureHeader.read(jpeg).orientation()).isEqualTo(orientation);
  }

  @Test
  void anOrientationThatIsNoneCountsAsUpright() throws Exception {
    byte[] jpeg = Pictures.oriented(Pictures.encode(PICTURE, "jpeg"), 9);

    assertThat(PictureHeader.read(jpeg).orientation()).isEqualTo(1);
  }

  private static byte[] tiff(int width, int height, int tileWidth, int tileHeight) {
    var tiff = ByteBuffer.allocate(100);
    tiff.put(new byte[] {'M', 'M', 0, '*'}).putInt(8).putShort((short) 4);
    int[][] entries = {{256, width}, {257, height}, {322, tileWidth}, {323, tileHeight}};
    for (int[] entry : entries) {
      tiff.putShort((short) entry[0]).putShort((short) 4).putInt(1).putInt(entry[1]);
    }
    return tiff.array();
  }
}
