package io.github.satchel.job.resize.kernel;

import io.github.satchel.job.memory.ByteBudget;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * What pictures in decoding may hold, of a whole task manager: outside of the heap five bytes for
 * each of {@code resize.max-pixels}, and a quarter of the heap. What does not fit waits.
 */
public final class DecodingMemory {

  private static final Map<Long, DecodingMemory> OF_PROCESS = new ConcurrentHashMap<>();

  private static final int NATIVE_BYTES_A_PIXEL = 5;
  private static final int PART_OF_HEAP = 4;

  private final ByteBudget heap;
  private final ByteBudget offHeap;

  /**
   * The memory of a process.
   *
   * @param heapBytes that may be held in the heap
   * @param offHeapBytes that may be held outside of it
   */
  public DecodingMemory(long heapBytes, long offHeapBytes) {
    heap = new ByteBudget(heapBytes, heapBytes);
    offHeap = new ByteBudget(offHeapBytes, offHeapBytes);
  }

  /** The same for all who have the same settings. */
  public static DecodingMemory of(ResizeSettings settings) {
    return OF_PROCESS.computeIfAbsent(
        settings.maxPixels(),
        pixels ->
            new DecodingMemory(
                Runtime.getRuntime().maxMemory() / PART_OF_HEAP, NATIVE_BYTES_A_PIXEL * pixels));
  }

  /**
   * What a decoder takes for a picture.
   *
   * @param heap in bytes; as a hostile picture must not exhaust it, one that asks for more than
   *     there is is refused
   * @param offHeap in bytes; one that asks for more than there is has it for itself
   */
  public record Need(long heap, long offHeap) {

    public static final Need NOTHING = new Need(0, 0);

    /** Enough for either of two. */
    public Need or(Need other) {
      return new Need(Math.max(heap, other.heap), Math.max(offHeap, other.offHeap));
    }
  }

  /** Whether a picture may be decoded at all. */
  public boolean allows(Need need) {
    return need.heap <= heap.capacity();
  }

  /** Waits for memory; to be closed by whoever got it. */
  public Held acquire(Need need) throws InterruptedException {
    return new Held(need.heap, Math.min(need.offHeap, offHeap.capacity()));
  }

  /** Waits for all the memory there is. */
  public Held acquireAll() throws InterruptedException {
    return new Held(heap.capacity(), offHeap.capacity());
  }

  /** How many pictures wait. */
  public int waiting() {
    return heap.waiting() + offHeap.waiting();
  }

  /** Memory for one picture. */
  public final class Held implements AutoCloseable {

    private final ByteBudget.Share heapShare = heap.share();
    private final ByteBudget.Share offHeapShare = offHeap.share();

    private Held(long heapBytes, long offHeapBytes) throws InterruptedException {
      try {
        await(heapShare, heapBytes); // in the same order everywhere, so that nobody waits in a ring
        await(offHeapShare, offHeapBytes);
      } catch (InterruptedException e) {
        close();
        throw e;
      }
    }

    private static void await(ByteBudget.Share share, long bytes) throws InterruptedException {
      if (bytes > 0) {
        var granted = new CountDownLatch(1);
        share.reserve(bytes, granted::countDown);
        granted.await();
      }
    }

    @Override
    public void close() {
      heapShare.release();
      offHeapShare.release();
    }
  }
}
