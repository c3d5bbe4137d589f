package io.github.satchel.job.fetch.web;

import io.github.satchel.job.fetch.source.PictureFormat;
import io.github.satchel.job.fetch.source.Problems;
import io.github.satchel.job.memory.ByteBudget;
import io.github.satchel.job.model.Problem;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * Takes in the body of a response, never more of it than its share of the budget has room for: when
 * there is none, it asks for the connection to be paused until there is. A gzip'd body is unwrapped
 * here, so that what a few bytes unfold to is counted before it exists.
 *
 * <p>With a length known beforehand the whole share is taken at once and the bytes land where they
 * stay. Otherwise share and buffer double; while they do, and when the result is cut to its size,
 * both copies exist, which the budget does not count: at most one body for each I/O thread.
 *
 * <p>Confined to the connection's event loop.
 */
final class Body {

  private static final int FIRST_STEP = 64 * 1024;
  private static final byte[] NOTHING = {};

  private final ByteBudget.Share share;
  private final int maxSize;
  private final boolean pictureWanted;
  private final @Nullable Gunzip gunzip;
  private final Executor eventLoop;
  private final Listener listener;
  private final Deque<byte[]> parts = new ArrayDeque<>();
  private byte[] part = NOTHING;
  private int partUsed;
  private byte[] buffer = NOTHING;
  private int size;
  private boolean recognised;
  private boolean waiting;
  private boolean lastSeen;
  private boolean over;

  /** Learns what the body needs and what became of it. */
  interface Listener {
    /** Nothing more is to be read from the connection for now. */
    void pause();

    void resume();

    /** The body is there. */
    void complete(byte[] content);

    /** The body is not wanted any further. */
    void refused(Problem problem);

    /** The body broke off, or cannot be unwrapped. */
    void broken();
  }

  Body(
      ByteBudget.Share share,
      int maxSize,
      boolean pictureWanted,
      boolean gzip,
      Executor eventLoop,
      Listener listener) {
    this.share = share;
    this.maxSize = maxSize;
    this.pictureWanted = pictureWanted;
    this.gunzip = gzip ? new Gunzip() : null;
    this.eventLoop = eventLoop;
    this.listener = listener;
  }

  /** Makes room for a body whose length is known, in bytes. */
  void expect(int length) {
    waiting = true;
    listener.pause();
    share.reserve(length, () -> eventLoop.execute(() -> enlarge(length)));
  }

  /** Takes the next part; parts that come in spite of a pause wait. */
  void append(byte[] bytes, boolean last) {
    parts.add(bytes);
    lastSeen |= last;
    if (!waiting) {
      drain();
    }
  }

  boolean lastSeen() {
    return lastSeen;
  }

  /** Takes no more and frees what it has, soon. May be called from any thread. */
  void close() {
    eventLoop.execute(
        () -> {
          over = true;
          parts.clear();
          buffer = NOTHING;
          if (gunzip != null) {
            gunzip.close();
          }
        });
  }

  private void enlarge(int by) {
    if (over) {
      return;
    }
    waiting = false;
    buffer = Arrays.copyOf(buffer, buffer.length + by);
    listener.resume();
    drain();
  }

  private void drain() {
    try {
      while (fillPart()) {
        if (size == buffer.length) {
          claimMore();
          return;
        }
        int read = read();
        size += read;
        if (size > maxSize) {
          listener.refused(Problems.tooLarge());
          return;
        }
        if (!recognised && size >= PictureFormat.HEAD && !recognise()) {
          return;
        }
      }
      if (lastSeen) {
        finish();
      }
    } catch (DataFormatException e) {
      listener.broken();
    }
  }

  /** Whether there is something to read from. */
  private boolean fillPart() throws DataFormatException {
    while (partUsed == part.length && !over) {
      byte[] next = parts.poll();
      if (next == null) {
        return false;
      }
      part = next;
      partUsed = 0;
      if (gunzip != null) {
        gunzip.feed(part);
      }
    }
    return !over;
  }

  /** Reads from the part into the room that there is. */
  private int read() throws DataFormatException {
    int room = buffer.length - size;
    if (gunzip == null) {
      int length = Math.min(room, part.length - partUsed);
      System.arraycopy(part, partUsed, buffer, size, length);
      partUsed += length;
      return length;
    }
    int length = gunzip.read(buffer, size, room);
    if (length == 0) {
      partUsed = part.length;
    }
    return length;
  }

  private void claimMore() {
    int step = Math.min(Math.max(FIRST_STEP, size), maxSize + 1 - buffer.length);
    waiting = true;
    listener.pause();
    share.grow(step, () -> eventLoop.execute(() -> enlarge(step)));
  }

  private boolean recognise() {
    recognised = !pictureWanted || PictureFormat.recognises(buffer, size);
    if (!recognised) {
      listener.refused(Problems.unsupported());
    }
    return recognised;
  }

  private void finish() {
    if (gunzip != null && !gunzip.isFinished()) {
      listener.broken();
    } else if (recognised || recognise()) {
      byte[] content = size == buffer.length ? buffer : Arrays.copyOf(buffer, size);
      share.settle(size);
      listener.complete(content);
    }
  }
}
