package io.github.satchel.job.resize;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.FailureCode;
import io.github.satchel.contract.ImageLocation;
import io.github.satchel.contract.OutputFormat;
import io.github.satchel.job.cache.CacheSettings;
import io.github.satchel.job.cache.ImageCache;
import io.github.satchel.job.model.FetchedImage;
import io.github.satchel.job.model.ImageTask;
import io.github.satchel.job.model.Problem;
import io.github.satchel.job.model.Provenance;
import io.github.satchel.job.model.ResizedImage;
import io.github.satchel.job.model.Validators;
import io.github.satchel.job.resize.kernel.DecodingMemory;
import io.github.satchel.job.resize.kernel.ResizeSettings;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.StreamMap;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("try") // close() may be interrupted
class ResizeFunctionTest {

  @Test
  void aPictureComesOutInTheSizeOfTheSettings() throws Exception {
    byte[] jpeg = Pictures.encode(Pictures.quarters(640, 480, BufferedImage.TYPE_INT_RGB), "jpeg");

    ResizedImage resized = resize(FetchedImage.of(task(OutputFormat.AUTO), jpeg, null)).get(0);

    assertThat(resized.problem()).isNull();
    assertThat(resized.name()).isEqualTo("image-1.jpg");
    BufferedImage picture = Pictures.decode(Objects.requireNonNull(resized.content()));
    assertThat(picture.getWidth()).isEqualTo(224);
    assertThat(picture.getHeight()).isEqualTo(224);
  }

  @Test
  void aProblemPassesThrough() throws Exception {
    var problem = new Problem(FailureCode.IMAGE_FORBIDDEN, "no");

    assertThat(resize(FetchedImage.failed(task(OutputFormat.AUTO), problem)))
        .containsExactly(ResizedImage.failed(task(OutputFormat.AUTO), problem));
  }

  @Test
  void aPageThatIsNoPictureIsAProblemOfThatImage() throws Exception {
    byte[] page = "<!DOCTYPE html><html></html>".getBytes(StandardCharsets.UTF_8);

    assertThat(resize(FetchedImage.of(task(OutputFormat.PNG), page, null)))
        .extracting(ResizedImage::problem)
        .containsExactly(new Problem(FailureCode.IMAGE_UNSUPPORTED, "Unsupported image file type"));
  }

  @Test
  void aPictureThatIsResizedAlreadyPassesThrough() throws Exception {
    byte[] kept = {1, 2, 3};

    assertThat(resize(FetchedImage.resized(task(OutputFormat.AUTO), kept, "jpg")))
        .singleElement()
        .satisfies(
            image -> {
              assertThat(image.content()).isEqualTo(kept);
              assertThat(image.name()).isEqualTo("image-1.jpg");
            });
  }

  @Test
  void whatIsResizedIsKeptForNextTime(@TempDir Path directory) throws Exception {
    var settings =
        new CacheSettings(
            directory.toUri().toString(),
            Duration.ofHours(1),
            Duration.ofHours(1),
            Duration.ofSeconds(1),
            "224x224");
    var cache = new ImageCache(settings, Clock.systemUTC());
    ImageTask task = task(OutputFormat.AUTO);
    var provenance = new Provenance(cache.key(task), Validators.NONE, List.of(), Instant.now());
    byte[] jpeg = Pictures.encode(Pictures.quarters(300, 200, BufferedImage.TYPE_INT_RGB), "jpeg");

    ResizedImage resized = resize(FetchedImage.of(task, jpeg, provenance), settings).get(0);

    String key = cache.key(task);
    assertThat(Objects.requireNonNull(cache.read(key, (int) cache.length(key))).content())
        .isEqualTo(resized.content());
  }

  @Test
  void whereTooManyDecodersHangTheProcessEndsWithACheckpointAndForgetsNoneOfTheirPictures()
      throws Exception {
    var hang = new CountDownLatch(1);
    var ends = new AtomicInteger();
    var pictures = new ArrayList<byte[]>();
    for (int i = 0; i <= HungDecoders.MAX_RUNNING; i++) {
      pictures.add(
          Pictures.encode(Pictures.gradient(10 + i, 10, BufferedImage.TYPE_INT_RGB), "png"));
    }
    OperatorSubtaskState checkpoint;
    try (var harness = harness(worker(new HungDecoders(), hang), ends::incrementAndGet)) {
      harness.open();
      for (byte[] picture : pictures) {
        harness.notifyOfCompletedCheckpoint(1);
        harness.processElement(
            new StreamRecord<>(FetchedImage.of(task(OutputFormat.PNG), picture, null)));
      }
      assertThat(ends).as("before a checkpoint").hasValue(0);
      checkpoint = harness.snapshot(2, 0);
      harness.notifyOfCompletedCheckpoint(2);
      assertThat(ends).hasValue(1);
    }

    var decoded = new AtomicInteger();
    try (var harness =
        harness((settings, name) -> worker(new HungDecoders(), decoded, hang), () -> {})) {
      harness.initializeState(checkpoint);
      harness.open();
      for (byte[] picture : pictures) {
        harness.processElement(
            new StreamRecord<>(FetchedImage.of(task(OutputFormat.PNG), picture, null)));
      }
      assertThat(harness.extractOutputValues())
          .hasSameSizeAs(pictures)
          .allSatisfy(image -> assertThat(image.problem()).isNotNull());
      assertThat(decoded).hasValue(0);
    }
    hang.countDown();
  }

  private static ResizeFunction.WorkerFactory worker(HungDecoders hung, CountDownLatch hang) {
    return (settings, name) -> worker(hung, new AtomicInteger(), hang);
  }

  private static ResizeWorker worker(
      HungDecoders hung, AtomicInteger decoded, CountDownLatch hang) {
    var memory = new DecodingMemory(1_000_000, 1_000_000);
    var kernel =
        new TestKernel(
            picture -> {
              decoded.incrementAndGet();
              hang.await();
            });
    return new ResizeWorker(
        () -> new PictureResizer(1_000_000, List.of(kernel), memory),
        memory,
        hung,
        Duration.ofMillis(100),
        "satchel-resize-test");
  }

  private static OneInputStreamOperatorTestHarness<FetchedImage, ResizedImage> harness(
      ResizeFunction.WorkerFactory workers, ResizeFunction.ProcessEnd end) throws Exception {
    return new OneInputStreamOperatorTestHarness<>(
        new StreamMap<>(
            new ResizeFunction(ResizeSettings.from(new Configuration()), null, workers, end)));
  }

  private static ImageTask task(OutputFormat format) {
    var location =
        new ImageLocation(
            ImageLocation.Type.DOWNLOAD, "image-1", "https://pictures.example/1", null);
    return new ImageTask("request-1", 0, "cat", location, format, Instant.EPOCH);
  }

  private static List<ResizedImage> resize(FetchedImage image) throws Exception {
    return resize(image, null);
  }

  private static List<ResizedImage> resize(FetchedImage image, @Nullable CacheSettings cache)
      throws Exception {
    var function = new ResizeFunction(ResizeSettings.from(new Configuration()), cache);
    var harness = new OneInputStreamOperatorTestHarness<>(new StreamMap<>(function));
    harness.open();
    harness.processElement(new StreamRecord<>(image));
    List<ResizedImage> output = harness.extractOutputValues();
    harness.close();
    return output;
  }
}
