package io.github.satchel.connectors.training.watson;

import io.github.satchel.connectors.training.TrainingEvent;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/** Collects outcomes across serialization, by the name of a test. */
record CollectingSink(String test, int failingFlushes) implements Sink<TrainingEvent> {

  /** What one test collected. */
  static final class Collected {
    final List<TrainingEvent> written = new CopyOnWriteArrayList<>();
    final AtomicInteger flushed = new AtomicInteger();
    final AtomicInteger failures = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();
  }

  private static final Map<String, Collected> COLLECTED = new ConcurrentHashMap<>();

  Collected collected() {
    return COLLECTED.computeIfAbsent(test, absent -> new Collected());
  }

  @Override
  public SinkWriter<TrainingEvent> createWriter(WriterInitContext init) {
    Collected collected = collected();
    return new SinkWriter<>() {
      @Override
      public void write(TrainingEvent outcome, Context context) {
        collected.written.add(outcome);
        init.metricGroup().getIOMetricGroup().getNumRecordsOutCounter().inc();
        init.metricGroup().getNumRecordsSendCounter().inc();
      }

      @Override
      public void flush(boolean endOfInput) throws IOException {
        if (!collected.written.isEmpty() && collected.failures.getAndIncrement() < failingFlushes) {
          throw new IOException("The flush is scripted to fail");
        }
        collected.flushed.set(collected.written.size());
      }

      @Override
      public void close() {
        collected.closed.incrementAndGet();
      }
    };
  }
}
