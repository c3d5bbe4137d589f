package io.github.satchel.testkit.http;

import io.github.satchel.testkit.tls.LocalCertificates;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.DetectorConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;

/**
 * An HTTP/1.1 server on the loopback interface, unless it is bound elsewhere, with named threads.
 */
public final class LoopbackServer implements AutoCloseable {
  private static final int SELECTORS = 2;
  private static final int TIMER_THREADS = 2;
  // So that a client notices when its body is not read.
  private static final int RECEIVE_BUFFER_BYTES = 64 << 10;

  private final Server server;
  private final int port;
  private final boolean secure;

  private LoopbackServer(Server server, int port, boolean secure) {
    this.server = server;
    this.port = port;
    this.secure = secure;
  }

  /**
   * Starts a server.
   *
   * @param name the start of its threads' names
   * @param maxThreads how many requests may block at once
   * @param idleTimeout after how long a connection on which nothing moves is closed
   */
  public static LoopbackServer start(
      String name, Binding binding, int maxThreads, Duration idleTimeout, Handler handler)
      throws IOException {
    String address = binding.address();
    List<String> hosts = address == null ? LoopbackHosts.all(binding.hosts()) : List.of(address);
    // A host has a selector of its own, or two if it is the only one.
    int selectors = hosts.size() == 1 ? SELECTORS : 1;
    var threads = new QueuedThreadPool(maxThreads + (hosts.size() - 1) * selectors);
    threads.setName(name);
    var timer = new ScheduledExecutorScheduler(name + "-timer", true, TIMER_THREADS);
    var server = new Server(threads, timer, null);
    server.setHandler(handler);
    int port = binding.port();
    try {
      for (String host : hosts) {
        var connector = new ServerConnector(server, 0, selectors, protocols(binding));
        connector.setHost(host);
        connector.setPort(port);
        connector.setAcceptedReceiveBufferSize(RECEIVE_BUFFER_BYTES);
        connector.setIdleTimeout(idleTimeout.toMillis());
        server.addConnector(connector);
        connector.open();
        port = connector.getLocalPort();
      }
      server.start();
    } catch (Exception e) {
      closeConnectors(server);
      throw new IOException("cannot start " + name + " on port " + port, e);
    }
    return new LoopbackServer(server, port, binding.certificates() != null);
  }

  private static ConnectionFactory[] protocols(Binding binding) {
    var configuration = new HttpConfiguration();
    configuration.setSendServerVersion(false);
    // Identifiers in paths may hold whatever was percent-encoded.
    configuration.setUriCompliance(UriCompliance.UNSAFE);
    var http = new HttpConnectionFactory(configuration);
    LocalCertificates certificates = binding.certificates();
    if (certificates == null) {
      return new ConnectionFactory[] {http};
    }
    var context = new SslContextFactory.Server();
    context.setKeyStorePath(certificates.keyStore().toString());
    context.setKeyStorePassword(LocalCertificates.PASSWORD);
    context.setCertAlias(LocalCertificates.SERVER);
    context.setSniRequired(false); // hosts are addresses
    var tls = new SslConnectionFactory(context, http.getProtocol());
    return new ConnectionFactory[] {new DetectorConnectionFactory(tls), http};
  }

  /** {@code https://127.0.0.1:port} if the server takes TLS, else {@code http}; without a path. */
  public URI uri() {
    return URI.create((secure ? "https" : "http") + "://127.0.0.1:" + port);
  }

  /** Stops listening and closes every connection, whatever happens on it. */
  @Override
  public void close() throws IOException {
    // First of all: a connection that is accepted while Jetty stops is never served nor closed.
    closeConnectors(server);
    try {
      server.stop();
    } catch (Exception e) {
      throw new IOException("cannot stop the server at " + uri(), e);
    }
  }

  private static void closeConnectors(Server server) {
    for (Connector connector : server.getConnectors()) {
      ((ServerConnector) connector).close();
    }
  }
}
