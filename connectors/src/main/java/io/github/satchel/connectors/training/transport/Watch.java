package io.github.satchel.connectors.training.transport;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;

/**
 * Breaks off a request that does not move: no byte of its body is accepted for a while, or there is
 * no whole answer a while after the last one. A body that moves, however slowly, is let be, up to a
 * limit for all.
 */
final class Watch implements AutoCloseable {

  private static final String NO_ANSWER = "no answer within %s";

  private final HttpUriRequestBase request;
  private final TransportOptions limits;
  private final ScheduledExecutorService timer;
  private final long end;
  private volatile long deadline;
  private volatile String reason;
  private volatile ScheduledFuture<?> next;
  private volatile boolean closed;

  /** Starts to watch a request that is about to be sent. */
  Watch(HttpUriRequestBase request, TransportOptions limits, ScheduledExecutorService timer) {
    this.request = request;
    this.limits = limits;
    this.timer = timer;
    this.end = System.nanoTime() + limits.uploadTimeout().toNanos();
    this.reason = "no answer";
    allow(limits.connectTimeout().plus(limits.responseTimeout()), NO_ANSWER);
    this.next = schedule();
  }

  /**
   * The request's body under this watch.
   *
   * @param progress is told how much of it was sent
   */
  HttpEntity watched(HttpEntity body, LongConsumer progress) {
    return new HttpEntityWrapper(body) {
      @Override
      public void writeTo(OutputStream out) throws IOException {
        moved();
        reschedule();
        super.writeTo(new Counted(out, progress));
        allow(limits.responseTimeout(), NO_ANSWER);
        reschedule();
      }
    };
  }

  /** Why the request was broken off. */
  String reason() {
    return reason;
  }

  private void moved() {
    allow(limits.idleTimeout(), "the service accepted nothing for %s");
  }

  private void allow(Duration time, String otherwise) {
    long wanted = System.nanoTime() + time.toNanos();
    boolean within = wanted - end < 0;
    deadline = within ? wanted : end;
    reason =
        within ? otherwise.formatted(time) : "not done within %s".formatted(limits.uploadTimeout());
  }

  /** Where one limit takes over from another, the next check may have to be sooner. */
  private void reschedule() {
    next.cancel(false);
    next = schedule();
  }

  private ScheduledFuture<?> schedule() {
    return timer.schedule(
        this::check, Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
  }

  private void check() {
    if (closed) {
      return;
    }
    if (System.nanoTime() - deadline >= 0) {
      request.abort();
    } else {
      next = schedule();
    }
  }

  @Override
  public void close() {
    closed = true;
    next.cancel(false);
  }

  private final class Counted extends FilterOutputStream {

    private final LongConsumer progress;
    private long sent;

    Counted(OutputStream out, LongConsumer progress) {
      super(out);
      this.progress = progress;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      sent += length;
      moved();
      progress.accept(sent);
    }
  }
}
