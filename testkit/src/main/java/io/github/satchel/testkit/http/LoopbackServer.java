package io.github.satchel.testkit.http;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;

/** An HTTP/1.1 server on the loopback interface, with named threads. */
public final class LoopbackServer implements AutoCloseable {
  private static final int SELECTORS = 2;
  private static final int TIMER_THREADS = 2;
  // So that a client notices when its body is not read.
  private static final int RECEIVE_BUFFER_BYTES = 64 << 10;

  private final Server server;
  private final ServerConnector connector;
  private final URI uri;

  private LoopbackServer(Server server, ServerConnector connector) {
    this.server = server;
    this.connector = connector;
    uri = URI.create("http://127.0.0.1:" + connector.getLocalPort());
  }

  /**
   * Starts a server.
   *
   * @param name the start of its threads' names
   * @param port the port to listen on, 0 for a free one
   * @param maxThreads how many requests may block at once
   * @param idleTimeout after how long a connection on which nothing moves is closed
   */
  public static LoopbackServer start(
      String name, int port, int maxThreads, Duration idleTimeout, Handler handler)
      throws IOException {
    var threads = new QueuedThreadPool(maxThreads);
    threads.setName(name);
    var timer = new ScheduledExecutorScheduler(name + "-timer", true, TIMER_THREADS);
    var server = new Server(threads, timer, null);
    var http = new HttpConfiguration();
    http.setSendServerVersion(false);
    // Identifiers in paths may hold whatever was percent-encoded.
    http.setUriCompliance(UriCompliance.UNSAFE);
    var connector = new ServerConnector(server, 1, SELECTORS, new HttpConnectionFactory(http));
    connector.setHost("127.0.0.1");
    connector.setPort(port);
    connector.setAcceptedReceiveBufferSize(RECEIVE_BUFFER_BYTES);
    connector.setIdleTimeout(idleTimeout.toMillis());
    server.addConnector(connector);
    server.setHandler(handler);
    try {
      server.start();
    } catch (Exception e) {
      throw new IOException("cannot start " + name + " on port " + port, e);
    }
    return new LoopbackServer(server, connector);
  }

  /** {@code http://127.0.0.1:port}, without a path. */
  public URI uri() {
    return uri;
  }

  /** Stops listening and closes every connection, whatever happens on it. */
  @Override
  public void close() throws IOException {
    // First of all: a connection that is accepted while Jetty stops is never served nor closed.
    connector.close();
    try {
      server.stop();
    } catch (Exception e) {
      throw new IOException("cannot stop the server at " + uri, e);
    }
  }
}
