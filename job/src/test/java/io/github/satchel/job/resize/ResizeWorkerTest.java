package io.github.satchel.job.resize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.satchel.contract.FailureCode;
import io.github.satchel.contract.OutputFormat;
import io.github.satchel.job.resize.TestKernel.Behaviour;
import io.github.satchel.job.resize.kernel.DecodingMemory;
import java.awt.image.BufferedImage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ResizeWorkerTest {

  private static final Duration SHORT = Duration.ofMillis(200);

  private final CountDownLatch end = new CountDownLatch(1);
  private final HungDecoders hung = new HungDecoders();
  private final AtomicInteger decoded = new AtomicInteger();

  @AfterEach
  void letDecodersEnd() {
    end.countDown();
  }

  @Test
  void aPictureThatTakesTooLongIsRefusedAndTheNextOneIsResized() throws Exception {
    try (var worker = worker(SHORT, memory(1_000_000), hangsOn(1))) {
      assertThat(worker.resize(picture(1), OutputFormat.PNG))
          .isInstanceOfSatisfying(
              Outcome.Refused.class,
              refused -> {
                assertThat(refused.problem().code()).isEqualTo(FailureCode.IMAGE_UNSUPPORTED);
                assertThat(refused.reason()).isEqualTo("not decoded within PT0.2S");
              });
      assertThat(worker.resize(picture(2), OutputFormat.PNG)).isInstanceOf(Outcome.Resized.class);
    }
  }

  @Test
  void decodersThatNeverEndHoldNobodyUp() throws Exception {
    try (var worker = worker(SHORT, memory(1_000_000), hangsOn(1, 2, 3))) {
      for (int i = 1; i <= 3; i++) {
        assertThat(worker.resize(picture(i), OutputFormat.PNG)).isInstanceOf(Outcome.Refused.class);
      }

      assertThat(worker.resize(picture(4), OutputFormat.PNG)).isInstanceOf(Outcome.Resized.class);
      assertThat(hung.running()).isEqualTo(3);
    }
  }

  @Test
  void aPictureOnWhichADecoderHungIsNotTriedAgain() throws Exception {
    try (var worker = worker(SHORT, memory(1_000_000), hangsOn(1))) {
      worker.resize(picture(1), OutputFormat.PNG);
      int tried = decoded.get();

      assertThat(worker.resize(picture(1), OutputFormat.PNG))
          .isInstanceOfSatisfying(
              Outcome.Refused.class,
              refused ->
                  assertThat(refused.reason()).isEqualTo("a decoder did not end on it before"));
      assertThat(decoded).hasValue(tried);
    }
  }

  @Test
  void aDecoderThatEndsLateIsNoLongerCounted() throws Exception {
    try (var worker = worker(SHORT, memory(1_000_000), hangsOn(1))) {
      worker.resize(picture(1), OutputFormat.PNG);
      assertThat(hung.running()).isEqualTo(1);

      end.countDown();
      await().atMost(Duration.ofSeconds(30)).until(() -> hung.running() == 0);
    }
  }

  @Test
  void aPictureThatRunsOutOfMemoryIsTriedAgain() throws Exception {
    Behaviour fullOnce =
        picture -> {
          if (decoded.incrementAndGet() == 1) {
            throw new OutOfMemoryError("test");
          }
        };
    try (var worker = worker(Duration.ofSeconds(30), memory(1_000_000), fullOnce)) {
      assertThat(worker.resize(picture(1), OutputFormat.PNG)).isInstanceOf(Outcome.Resized.class);
    }
    assertThat(decoded).hasValue(2);
  }

  @Test
  void aPictureThatNeverFitsIsTooLargeAndNotUnsupported() throws Exception {
    Behaviour full =
        picture -> {
          throw new OutOfMemoryError("test");
        };
    try (var worker = worker(SHORT, memory(1_000_000), full)) {
      assertThat(worker.resize(picture(1), OutputFormat.PNG))
          .isInstanceOfSatisfying(
              Outcome.Refused.class,
              refused ->
                  assertThat(refused.problem().code())
                      .isEqualTo(FailureCode.IMAGE_TOO_MANY_PIXELS));
    }
  }

  @Test
  void aPictureWaitsForTheMemoryThatAnotherHolds() throws Exception {
    DecodingMemory memory = memory(TestKernel.OFF_HEAP * 3 / 2);
    ExecutorService tasks = Executors.newCachedThreadPool();
    try (var first = worker(Duration.ofSeconds(30), memory, hangsOn(1));
        var second = worker(Duration.ofSeconds(30), memory, hangsOn())) {
      var slow = CompletableFuture.supplyAsync(() -> resize(first, picture(1)), tasks);
      await().atMost(Duration.ofSeconds(30)).until(() -> decoded.get() == 1);
      var waiting = CompletableFuture.supplyAsync(() -> resize(second, picture(2)), tasks);
      await().atMost(Duration.ofSeconds(30)).until(() -> memory.waiting() == 1);
      assertThat(waiting).isNotDone();

      end.countDown();

      assertThat(slow.get()).isInstanceOf(Outcome.Resized.class);
      assertThat(waiting.get()).isInstanceOf(Outcome.Resized.class);
    } finally {
      tasks.shutdownNow();
    }
  }

  @Test
  void aPictureThatIsLargerThanTheMemoryHasItForItself() throws Exception {
    try (var worker = worker(Duration.ofSeconds(30), memory(TestKernel.OFF_HEAP / 2), hangsOn())) {
      assertThat(worker.resize(picture(1), OutputFormat.PNG)).isInstanceOf(Outcome.Resized.class);
    }
  }

  @Test
  void aPictureThatJavaDecodesMustFitIntoTheHeap() throws Exception {
    try (var worker =
        new ResizeWorker(
            () -> resizer(new DecodingMemory(TestKernel.HEAP - 1, 1_000_000), hangsOn()),
            memory(1_000_000),
            hung,
            SHORT,
            "satchel-resize-test")) {
      assertThat(worker.resize(picture(1), OutputFormat.PNG))
          .isInstanceOfSatisfying(
              Outcome.Refused.class,
              refused ->
                  assertThat(refused.problem().code())
                      .isEqualTo(FailureCode.IMAGE_TOO_MANY_PIXELS));
    }
  }

  private ResizeWorker worker(Duration timeout, DecodingMemory memory, Behaviour behaviour) {
    return new ResizeWorker(
        () -> resizer(memory, behaviour), memory, hung, timeout, "satchel-resize-test");
  }

  private static PictureResizer resizer(DecodingMemory memory, Behaviour behaviour) {
    return new PictureResizer(50_000_000, List.of(new TestKernel(behaviour)), memory);
  }

  private static DecodingMemory memory(long offHeap) {
    return new DecodingMemory(1_000_000, offHeap);
  }

  /** Hangs on the pictures with these numbers, until the test is over. */
  private Behaviour hangsOn(int... numbers) {
    var pictures = new ArrayList<byte[]>();
    for (int number : numbers) {
      pictures.add(picture(number));
    }
    return picture -> {
      decoded.incrementAndGet();
      if (pictures.stream().anyMatch(each -> Arrays.equals(each, picture))) {
        end.await();
      }
    };
  }

  private static Outcome resize(ResizeWorker worker, byte[] picture) {
    try {
      return worker.resize(picture, OutputFormat.PNG);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] picture(int number) {
    return Pictures.encode(Pictures.gradient(10 + number, 10, BufferedImage.TYPE_INT_RGB), "png");
  }
}
