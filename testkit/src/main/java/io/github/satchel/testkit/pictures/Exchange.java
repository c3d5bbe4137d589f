package io.github.satchel.testkit.pictures;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;

/** One request and every way to answer it, well or badly. No method blocks. */
final class Exchange {
  private static final Duration DRIP_EVERY = Duration.ofMillis(200);
  private static final Pattern FIRST_BYTES = Pattern.compile("bytes=0-(\\d{1,8})");

  private final Request request;
  private final Response response;
  private final Callback callback;
  private final long patienceEnds;

  /**
   * @param patience after how long an answer that would never end is cut off
   */
  Exchange(Request request, Response response, Callback callback, Duration patience) {
    this.request = request;
    this.response = response;
    this.callback = callback;
    this.patienceEnds = System.nanoTime() + patience.toNanos();
  }

  /** Runs an action later, unless the server stops before. */
  void after(Duration delay, Runnable action) {
    request
        .getComponents()
        .getScheduler()
        .schedule(
            () -> request.getComponents().getExecutor().execute(action),
            delay.toNanos(),
            TimeUnit.NANOSECONDS);
  }

  void fail(Throwable failure) {
    callback.failed(failure);
  }

  void status(int status) {
    response.setStatus(status);
    callback.succeeded();
  }

  void throttled(Duration retryAfter) {
    response.getHeaders().put(HttpHeader.RETRY_AFTER, retryAfter.toSeconds());
    status(429);
  }

  void redirect(String location) {
    response.getHeaders().put(HttpHeader.LOCATION, location);
    status(302);
  }

  /** The body, or its first bytes if only those are asked for (RFC 9110, 14.2). */
  void body(String contentType, byte[] bytes) {
    int length = bytes.length;
    String range = request.getHeaders().get(HttpHeader.RANGE);
    Matcher first = FIRST_BYTES.matcher(range == null ? "" : range);
    if (first.matches() && length > 0) {
      length = Math.min(length, 1 + Integer.parseInt(first.group(1)));
      response.setStatus(206);
      response
          .getHeaders()
          .put(HttpHeader.CONTENT_RANGE, "bytes 0-" + (length - 1) + "/" + bytes.length);
    }
    head(contentType, length);
    response.write(true, ByteBuffer.wrap(bytes, 0, length), callback);
  }

  /** Half of the body, then a TCP reset, or merely the end of the connection. */
  void half(String contentType, byte[] bytes, boolean reset) {
    head(contentType, bytes.length);
    response.write(
        false,
        ByteBuffer.wrap(bytes, 0, bytes.length / 2),
        Callback.from(() -> hangUp(reset), callback::failed));
  }

  /** No answer; the connection is closed when patience ends. */
  void silence() {
    after(Duration.ofNanos(patienceEnds - System.nanoTime()), () -> hangUp(false));
  }

  /** The body byte by byte. */
  void drip(String contentType, byte[] bytes) {
    head(contentType, bytes.length);
    dripFrom(bytes, 0);
  }

  private void dripFrom(byte[] bytes, int position) {
    if (impatient()) {
      callback.failed(new EofException("dripped long enough"));
      return;
    }
    response.write(
        position == bytes.length - 1,
        ByteBuffer.wrap(bytes, position, 1),
        Callback.from(
            () -> after(DRIP_EVERY, () -> dripFrom(bytes, position + 1)), callback::failed));
  }

  /** The body over and over, up to the given length in bytes, which is declared. */
  void repeat(String contentType, byte[] bytes, long length) {
    head(contentType, length);
    new Repetition(bytes, length).iterate();
  }

  /** The body over and over in chunks, until patience ends. */
  void repeatForEver(String contentType, byte[] bytes) {
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
    new Repetition(bytes, Long.MAX_VALUE).iterate();
  }

  private void head(String contentType, long length) {
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, length);
  }

  private void hangUp(boolean reset) {
    EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
    try {
      if (reset) {
        // Closing a socket that does not linger sends RST instead of FIN.
        ((SocketChannel) endPoint.getTransport()).setOption(StandardSocketOptions.SO_LINGER, 0);
      }
      endPoint.close();
      callback.failed(new EofException("hung up on purpose"));
    } catch (IOException e) {
      callback.failed(e);
    }
  }

  private boolean impatient() {
    return System.nanoTime() - patienceEnds > 0;
  }

  private final class Repetition extends IteratingCallback {
    private final byte[] bytes;
    private long left;

    Repetition(byte[] bytes, long length) {
      this.bytes = bytes;
      this.left = length;
    }

    @Override
    protected Action process() throws IOException {
      if (left == 0) {
        return Action.SUCCEEDED;
      }
      if (impatient()) {
        throw new EofException("sent long enough");
      }
      int now = (int) Math.min(left, bytes.length);
      left -= now;
      response.write(left == 0, ByteBuffer.wrap(bytes, 0, now), this);
      return Action.SCHEDULED;
    }

    @Override
    protected void onCompleteSuccess() {
      callback.succeeded();
    }

    @Override
    protected void onCompleteFailure(Throwable cause) {
      callback.failed(cause);
    }
  }
}
