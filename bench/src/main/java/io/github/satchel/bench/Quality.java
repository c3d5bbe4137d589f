package io.github.satchel.bench;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_quality.QualitySSIM;

/**
 * How near a picture is to a reference, both on white.
 *
 * @param psnr peak signal to noise ratio in dB over all channels, 60 at most
 * @param ssim structural similarity (Wang et al. 2004) as OpenCV has it, mean of the channels
 */
record Quality(double psnr, double ssim) {

  private static final double SAME = 60;

  @SuppressWarnings("try") // the resource is its effect on the thread
  static Quality of(byte[] picture, byte[] reference) throws IOException {
    try (var ignored = new PointerScope()) {
      Mat one = onWhite(picture);
      Mat other = onWhite(reference);
      Scalar ssim = QualitySSIM.compute(other, one, new Mat());
      return new Quality(
          Math.min(opencv_core.PSNR(one, other), SAME),
          (ssim.get(0) + ssim.get(1) + ssim.get(2)) / 3);
    }
  }

  private static Mat onWhite(byte[] content) throws IOException {
    BufferedImage picture = Objects.requireNonNull(ImageIO.read(new ByteArrayInputStream(content)));
    var flat =
        new BufferedImage(picture.getWidth(), picture.getHeight(), BufferedImage.TYPE_3BYTE_BGR);
    Graphics2D graphics = flat.createGraphics();
    graphics.drawImage(picture, 0, 0, Color.WHITE, null);
    graphics.dispose();
    byte[] bytes = ((DataBufferByte) flat.getRaster().getDataBuffer()).getData();
    return new Mat(flat.getHeight(), flat.getWidth(), CV_8UC3, new BytePointer(bytes));
  }
}
