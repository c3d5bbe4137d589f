package io.github.satchel.job.resize;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.FailureCode;
import io.github.satchel.contract.OutputFormat;
import java.awt.image.BufferedImage;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ResizeWorkerTest {

  @Test
  void aPictureThatTakesTooLongIsRefusedAndTheNextOneIsLookedAt() throws Exception {
    var settings =
        new ResizeSettings(224, 224, 50_000_000, KernelChoice.JAVA, 90, Duration.ofMillis(1));
    byte[] large =
        Pictures.encode(Pictures.gradient(3000, 2000, BufferedImage.TYPE_INT_RGB), "jpeg");

    try (var worker = new ResizeWorker(settings, "satchel-resize-test")) {
      for (int i = 0; i < 4; i++) {
        assertThat(worker.resize(large, OutputFormat.PNG))
            .isInstanceOfSatisfying(
                Outcome.Refused.class,
                refused -> {
                  assertThat(refused.problem().code()).isEqualTo(FailureCode.IMAGE_UNSUPPORTED);
                  assertThat(refused.reason()).isEqualTo("not decoded within PT0.001S");
                });
      }
    }
  }
}
