package io.github.satchel.bench;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import javax.management.ListenerNotFoundException;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;

/** What the heap holds after each garbage collection. */
final class HeapWatch implements AutoCloseable {

  private static final int QUARTERS = 4;

  private final Set<String> heapPools =
      ManagementFactory.getMemoryPoolMXBeans().stream()
          .filter(pool -> pool.getType() == MemoryType.HEAP)
          .map(MemoryPoolMXBean::getName)
          .collect(Collectors.toSet());
  private final NotificationListener listener = (notification, unused) -> collected(notification);
  private final List<Sample> samples = new CopyOnWriteArrayList<>();

  private record Sample(long atNanos, long bytes) {}

  HeapWatch() {
    System.gc();
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      ((NotificationEmitter) collector).addNotificationListener(listener, null, null);
    }
  }

  private void collected(Notification notification) {
    if (notification
        .getType()
        .equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)) {
      long bytes =
          GarbageCollectionNotificationInfo.from((CompositeData) notification.getUserData())
              .getGcInfo()
              .getMemoryUsageAfterGc()
              .entrySet()
              .stream()
              .filter(pool -> heapPools.contains(pool.getKey()))
              .mapToLong(pool -> pool.getValue().getUsed())
              .sum();
      samples.add(new Sample(System.nanoTime(), bytes));
    }
  }

  /** The most bytes after a collection in each quarter of a time; 0 for one without collections. */
  List<Long> peaks(long fromNanos, long toNanos) {
    return LongStream.range(0, QUARTERS)
        .map(
            quarter ->
                samples.stream()
                    .filter(
                        sample ->
                            QUARTERS * (sample.atNanos - fromNanos) / (toNanos - fromNanos)
                                == quarter)
                    .mapToLong(Sample::bytes)
                    .max()
                    .orElse(0))
        .boxed()
        .toList();
  }

  /** Time spent in collections since the process began. */
  static Duration collectionTime() {
    return Duration.ofMillis(
        ManagementFactory.getGarbageCollectorMXBeans().stream()
            .mapToLong(GarbageCollectorMXBean::getCollectionTime)
            .sum());
  }

  @Override
  public void close() {
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      try {
        ((NotificationEmitter) collector).removeNotificationListener(listener);
      } catch (ListenerNotFoundException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
