package io.github.satchel.job.fetch.web;

import io.github.satchel.job.fetch.source.FetchSettings;
import io.github.satchel.job.fetch.source.Origin;
import io.github.satchel.job.fetch.source.Problems;
import io.github.satchel.job.fetch.source.WebAddress;
import io.github.satchel.job.memory.ByteBudget;
import io.github.satchel.job.model.Problem;
import io.github.satchel.job.model.Validators;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.Timer;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLSession;
import org.asynchttpclient.AsyncHandler;
import org.asynchttpclient.AsyncHttpClient;
import org.asynchttpclient.HttpResponseBodyPart;
import org.asynchttpclient.HttpResponseStatus;
import org.asynchttpclient.Request;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request and its response. */
final class Exchange implements AsyncHandler<Void>, Body.Listener {

  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

  private static final String GOOGLE_LOGIN = "accounts.google.com";

  private final WebAddress address;
  private final WebAttempt.Query query;
  private final Surroundings surroundings;
  private final ByteBudget.Share share;
  private final BiConsumer<Exchange, Reply> whenDone;
  private final Watch watch;
  private final AtomicBoolean done = new AtomicBoolean();
  private volatile @Nullable Future<?> sent;
  private volatile int status;
  private boolean decided;
  private boolean completed;
  private Reply.@Nullable Arrived arrived;
  private @Nullable Origin origin;
  private volatile @Nullable Channel channel;
  private volatile @Nullable Body body;

  /** What all exchanges of a client share. */
  record Surroundings(FetchSettings settings, Clock clock, Timer timer) {}

  /** An exchange; parameters as for {@link WebClient#exchange}. */
  Exchange(
      WebAddress address,
      WebAttempt.Query query,
      Surroundings surroundings,
      Duration timeLeft,
      ByteBudget.Share share,
      BiConsumer<Exchange, Reply> whenDone) {
    this.address = address;
    this.query = query;
    this.surroundings = surroundings;
    this.share = share;
    this.whenDone = whenDone;
    watch =
        new Watch(
            surroundings.timer(),
            System::nanoTime,
            timeLeft,
            surroundings.settings().idleTimeout(),
            this::afterReads,
            this::fail);
  }

  void start(AsyncHttpClient client, Request request) {
    watch.start();
    try {
      Future<?> future = client.executeRequest(request, this);
      sent = future;
      if (done.get()) {
        future.cancel(true);
      }
    } catch (RuntimeException e) { // of the client, for a request that it cannot write
      fail(Faults.of(e, query.host()));
    }
  }

  /** Ends the exchange without a reply. */
  void cancel() {
    if (done.compareAndSet(false, true)) {
      abandon();
    }
  }

  /** Whether the host has answered, be it with an error. */
  boolean isAnswered() {
    return status > 0;
  }

  /** How long it took, without our own pauses. */
  Duration elapsed() {
    return watch.elapsed();
  }

  @Override
  public void onTcpConnectSuccess(InetSocketAddress remote, Channel connection) {
    watch.touch();
    channel = connection;
  }

  @Override
  public void onConnectionPooled(Channel connection) {
    channel = connection;
  }

  @Override
  public void onTlsHandshakeSuccess(SSLSession session) {
    watch.touch();
  }

  @Override
  public State onStatusReceived(HttpResponseStatus response) {
    watch.touch();
    status = response.getStatusCode();
    return State.CONTINUE;
  }

  @Override
  public State onHeadersReceived(HttpHeaders headers) {
    watch.touch();
    decide(headers);
    return state();
  }

  @Override
  public State onBodyPartReceived(HttpResponseBodyPart part) {
    watch.touch();
    if (!decided) { // a response without any header
      decide(EmptyHttpHeaders.INSTANCE);
    }
    Body receiving = body;
    if (!done.get() && receiving != null) {
      receiving.append(part.getBodyPartBytes(), part.isLast());
      if (part.isLast() && !done.get()) {
        letGoOfConnection();
      }
    }
    return state();
  }

  @Override
  public void onThrowable(Throwable thrown) {
    LOG.debug("{}: {}", address.host(), thrown.toString());
    fail(Faults.of(thrown, query.host()));
  }

  /** The client has the connection back by now, so whoever is told next can use it. */
  @Override
  public @Nullable Void onCompleted() {
    completed = true;
    Body received = body;
    if (arrived != null) {
      finish(arrived);
    } else if (received == null || !received.lastSeen()) {
      fail(Fault.passing(Problems.unreachable(query.host())));
    }
    return null;
  }

  @Override
  public void pause() {
    watch.pause();
    Channel connection = channel;
    if (connection != null) {
      ReadPause.of(connection).pause(connection);
    }
  }

  @Override
  public void resume() {
    watch.resume();
    Channel connection = channel;
    if (connection != null) {
      ReadPause.of(connection).resume(connection);
    }
  }

  @Override
  public void complete(byte[] content) {
    arrived = new Reply.Arrived(content, Objects.requireNonNull(origin), share);
    if (completed) {
      finish(arrived);
    }
  }

  @Override
  public void refused(Problem problem) {
    fail(Fault.lasting(problem));
  }

  @Override
  public void broken() {
    fail(Fault.passing(Problems.unreachable(query.host())));
  }

  /** The client may give the connection to someone else now; it must not stay paused. */
  private void letGoOfConnection() {
    Channel connection = channel;
    if (connection != null) {
      ReadPause.of(connection).resume(connection);
      channel = null;
    }
  }

  private void decide(HttpHeaders headers) {
    decided = true;
    switch (status) {
      case 301, 302, 303, 307, 308 -> {
        String location = headers.get(HttpHeaderNames.LOCATION);
        if (location == null) {
          fail(Fault.lasting(Problems.unreachable(query.host())));
        } else {
          finish(new Reply.Moved(location));
        }
      }
      case 200, 203, 206 -> receive(headers);
      case 304 -> finish(new Reply.Unchanged());
      default ->
          fail(
              Faults.ofStatus(
                  status,
                  RetryPolicy.parseRetryAfter(
                      headers.get(HttpHeaderNames.RETRY_AFTER), surroundings.clock().instant()),
                  query.host(),
                  surroundings.settings().site()));
    }
  }

  private void receive(HttpHeaders headers) {
    if (isLoginWall(headers)) {
      fail(Fault.lasting(Problems.forbidden(query.host(), surroundings.settings().site())));
      return;
    }
    boolean gzip =
        headers.get(HttpHeaderNames.CONTENT_ENCODING, "").toLowerCase(Locale.ROOT).contains("gzip");
    long length = gzip ? -1 : contentLength(headers);
    if (length > surroundings.settings().maxSize()) {
      fail(Fault.lasting(Problems.tooLarge()));
      return;
    }
    Channel connection = channel;
    if (connection == null) {
      throw new IllegalStateException("a response without a connection");
    }
    origin =
        new Origin(
            !headers
                .get(HttpHeaderNames.CACHE_CONTROL, "")
                .toLowerCase(Locale.ROOT)
                .contains("no-store"),
            new Validators(
                headers.get(HttpHeaderNames.ETAG), headers.get(HttpHeaderNames.LAST_MODIFIED)),
            List.of());
    Body received =
        new Body(
            share,
            surroundings.settings().maxSize(),
            query.pictureWanted(),
            gzip,
            connection.eventLoop(),
            this);
    body = received;
    if (length > 0) {
      received.expect((int) length);
    }
  }

  private boolean isLoginWall(HttpHeaders headers) {
    return address.uri().isSecured()
        && address.host().equals(GOOGLE_LOGIN)
        && headers
            .get(HttpHeaderNames.CONTENT_TYPE, "")
            .toLowerCase(Locale.ROOT)
            .startsWith("text/html");
  }

  /** The length of the body, or -1 if the headers do not tell, or tell nonsense. */
  private static long contentLength(HttpHeaders headers) {
    String length = headers.get(HttpHeaderNames.CONTENT_LENGTH, "").strip();
    return length.matches("[0-9]{1,18}") && !headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
        ? Long.parseLong(length)
        : -1;
  }

  private State state() {
    return done.get() ? State.ABORT : State.CONTINUE;
  }

  /**
   * An event loop reads before it runs what is due, so what is due a little later follows a read.
   */
  private void afterReads(Runnable action) {
    Channel connection = channel;
    if (connection == null || connection.eventLoop().isShuttingDown()) {
      action.run();
    } else {
      var unused = connection.eventLoop().schedule(action, 1, TimeUnit.MILLISECONDS);
    }
  }

  private void fail(Fault fault) {
    finish(new Reply.Failed(fault));
  }

  private void finish(Reply reply) {
    if (done.compareAndSet(false, true)) {
      if (reply instanceof Reply.Arrived) {
        watch.stop();
        closeBody();
      } else {
        abandon();
      }
      whenDone.accept(this, reply);
    }
  }

  /** Frees everything; the connection is of no use any more, as the rest of a body is in it. */
  private void abandon() {
    watch.stop();
    share.release();
    closeBody();
    Future<?> future = sent;
    if (future != null) {
      future.cancel(true);
    }
  }

  private void closeBody() {
    Body received = body;
    if (received != null) {
      received.close();
    }
  }
}
