package io.github.satchel.job.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.Archive;
import io.github.satchel.contract.ImageCounts;
import io.github.satchel.contract.ImageFailurePolicy;
import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.Requests;
import io.github.satchel.job.model.PackedArchive;
import io.github.satchel.job.model.PackedRequest;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The largest request of two labels that the service takes, in RocksDB. */
class LargeRequestIT {

  private static final Logger LOG = LoggerFactory.getLogger(LargeRequestIT.class);
  private static final int IMAGES = 10_000;

  /** Makes archives of nearly 100 MB. */
  private static final int PICTURE_BYTES = 9_800;

  private static final long MAX_LIVE_BYTES = 48L << 20;

  @TempDir Path archives;

  @Test
  void itIsWrittenWithFlatHeapWhileOthersAreServed() throws Exception {
    var rocksDb = new EmbeddedRocksDBStateBackend();
    rocksDb.getMemoryConfiguration().setUseManagedMemory(false);
    WindowFixture window = WindowFixture.open(WindowFixture.settings(archives, 0), rocksDb);
    TrainingRequest large = Requests.request("large", IMAGES, ImageFailurePolicy.FAIL);
    byte[] picture = new byte[PICTURE_BYTES];
    new Random(1).nextBytes(picture);
    window.send(large);
    long begin = System.nanoTime();
    for (int i = 0; i < 2 * IMAGES; i++) {
      window.sendImage(large, i, ByteBuffer.wrap(picture.clone()).putInt(i).array());
    }
    long gathered = System.nanoTime();

    TrainingRequest small = Requests.request("small", 15, ImageFailurePolicy.FAIL);
    window.send(small);
    long before = liveBytes();
    long most = 0;
    long longest = 0;
    long busy = 0;
    int mails = 0;
    while (window.packed().size() < 2) {
      window.awaitMail();
      long start = System.nanoTime();
      window.runMail();
      long took = System.nanoTime() - start;
      longest = Math.max(longest, took);
      busy += took;
      if (mails < small.images()) {
        window.sendImage(small, mails);
      }
      if (++mails % 40 == 0) {
        most = Math.max(most, liveBytes() - before);
      }
    }
    window.settle();
    LOG.info(
        "gathered in {} ms, {} turns of the task thread, {} ms in all, the longest {} ms;"
            + " live heap at most {} kB more",
        (gathered - begin) / 1_000_000,
        mails,
        busy / 1_000_000,
        longest / 1_000_000,
        most / 1024);
    window.close();

    assertThat(window.packed())
        .extracting(PackedRequest::requestId)
        .as("the small one does not wait for the large one")
        .containsExactly("small", "large");
    PackedRequest packed = window.packed().get(1);
    assertThat(packed.images()).isEqualTo(new ImageCounts(2 * IMAGES, 2 * IMAGES, 0));
    assertThat(packed.archives().stream().map(PackedArchive::archive))
        .allSatisfy(
            archive ->
                assertThat(archives.resolve("large").resolve(archive.label() + ".zip"))
                    .hasSize(archive.bytes()))
        .extracting(Archive::bytes)
        .allMatch(bytes -> bytes > 99_000_000);
    assertThat(most).as("live bytes").isBetween(1L, MAX_LIVE_BYTES);
  }

  /** A collection that is asked for while a thread is in native code may not happen at once. */
  private static long liveBytes() {
    var memory = ManagementFactory.getMemoryMXBean();
    long least = Long.MAX_VALUE;
    for (int attempt = 0; attempt < 3; attempt++) {
      memory.gc();
      least = Math.min(least, memory.getHeapMemoryUsage().getUsed());
    }
    return least;
  }
}
