package io.github.satchel.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a client and a server of the loopback interface, and lets through what it is told
 * to. A thread for each direction of a connection.
 */
final class TcpProxy implements AutoCloseable {

  private static final int CHUNK = 16 * 1024;
  private static final int BACKLOG = 128;

  /** How long a client has to read that it is refused. */
  private static final int REFUSAL_MILLIS = 2_000;

  private static final Pattern REQUEST_LINE = Pattern.compile("[A-Z]{3,7} (\\S+) HTTP/1\\.1\r");
  private static final int LONGEST_REQUEST_LINE = 4 * 1024;
  private static final byte[] SERVER_ERROR =
      "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
          .getBytes(StandardCharsets.US_ASCII);

  /** What becomes of what arrives. */
  private enum Mode {
    /** Handed on, perhaps later or slowly. */
    PASS,
    /** Kept; connections stand still. */
    STALL,
    /** Connections are reset, new ones too. */
    CUT,
    /** Whatever a new connection asks over HTTP is answered with 500, others are reset. */
    SERVER_ERROR
  }

  /**
   * What happens once, when a request over HTTP passes.
   *
   * @param requests by their request line
   * @param answered whether that is when its answer comes back, and not before it is sent
   */
  private record Trap(Predicate<String> requests, boolean answered, Runnable action) {}

  private final int target;
  private final ServerSocket listener;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicReference<@Nullable Trap> trap = new AtomicReference<>();
  private final Object change = new Object();
  private Mode mode = Mode.PASS;
  private Duration delay = Duration.ZERO;
  private int bytesPerSecond = Integer.MAX_VALUE;
  private volatile Predicate<String> refused = TcpProxy::nothing;

  /**
   * Listens at a free port.
   *
   * @param target the server's port
   */
  TcpProxy(int target) throws IOException {
    this.target = target;
    listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    start("accept", this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Everything passes at once again. */
  void heal() {
    refused = TcpProxy::nothing;
    trap.set(null);
    set(Mode.PASS, Duration.ZERO, Integer.MAX_VALUE);
  }

  /** Resets every connection and all that come. */
  void cut() {
    set(Mode.CUT, Duration.ZERO, Integer.MAX_VALUE);
    resetAll();
  }

  /** Resets every connection; those that come are fine. */
  void resetAll() {
    sockets.forEach(TcpProxy::reset);
  }

  /** Lets nothing pass, in connections that stay. */
  void stall() {
    set(Mode.STALL, Duration.ZERO, Integer.MAX_VALUE);
  }

  /** Holds back every chunk for a time. */
  void delay(Duration delay) {
    set(Mode.PASS, delay, Integer.MAX_VALUE);
  }

  /** Lets so much pass, in each direction of each connection. */
  void throttle(int bytesPerSecond) {
    set(Mode.PASS, Duration.ZERO, bytesPerSecond);
  }

  /** Answers every request over HTTP with 500. */
  void failRequests() {
    set(Mode.SERVER_ERROR, Duration.ZERO, Integer.MAX_VALUE);
    resetAll();
  }

  /**
   * Answers some requests over HTTP with 500, and lets all others pass.
   *
   * @param requests by their request line, such as {@code DELETE /bucket/key HTTP/1.1}
   */
  void refuse(Predicate<String> requests) {
    refused = requests;
  }

  /**
   * Does something once, before the next such request is sent; both wait until it is done.
   *
   * @param requests by their request line
   */
  void beforeRequest(Predicate<String> requests, Runnable action) {
    trap.set(new Trap(requests, false, action));
  }

  /** Does something once, after the server has answered such a request and before it is told. */
  void beforeAnswer(Predicate<String> requests, Runnable action) {
    trap.set(new Trap(requests, true, action));
  }

  /** Whether what was to be done once has not been done yet. */
  boolean isWaiting() {
    return trap.get() != null;
  }

  @Override
  public void close() throws IOException {
    listener.close();
    cut();
  }

  private void set(Mode newMode, Duration newDelay, int newBytesPerSecond) {
    synchronized (change) {
      mode = newMode;
      delay = newDelay;
      bytesPerSecond = newBytesPerSecond;
      change.notifyAll();
    }
  }

  private Mode mode() {
    synchronized (change) {
      return mode;
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        sockets.add(client);
        switch (mode()) {
          case CUT -> {
            reset(client);
            sockets.remove(client);
          }
          case SERVER_ERROR -> start("refuse", () -> answer(client));
          case PASS, STALL -> connect(client);
        }
      } catch (IOException e) {
        // Closed, or the client is gone already.
      }
    }
  }

  private void connect(Socket client) {
    Socket server = new Socket();
    sockets.add(server);
    try {
      server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
    } catch (IOException nobodyThere) {
      for (Socket socket : List.of(server, client)) {
        reset(socket);
        sockets.remove(socket);
      }
      return;
    }
    Connection connection = new Connection();
    start("up", () -> pump(client, server, connection));
    start("down", () -> pump(server, client, connection));
  }

  /** What both directions of a connection know. */
  private static final class Connection {
    private final AtomicInteger directions = new AtomicInteger(2);

    /** Its latest request line over HTTP, empty if there was none. */
    private volatile String request = "";
  }

  private void pump(Socket from, Socket to, Connection connection) {
    byte[] chunk = new byte[CHUNK];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        boolean up = to.getPort() == target;
        String request = up ? requestLine(chunk, read) : "";
        if (!request.isEmpty()) {
          connection.request = request;
          if (refused.test(request)) {
            sendRefusal(from);
            throw new IOException("refused");
          }
        }
        spring(up ? request : connection.request, !up);
        awaitPassage(read);
        out.write(chunk, 0, read);
      }
      to.shutdownOutput();
    } catch (IOException e) {
      reset(from);
      reset(to);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (connection.directions.decrementAndGet() == 0) {
        end(from);
        end(to);
      }
    }
  }

  private static boolean nothing(String requestLine) {
    return false;
  }

  /** Answers, and waits until the client has read that and closed. */
  private static void sendRefusal(Socket client) throws IOException {
    client.getOutputStream().write(SERVER_ERROR);
    client.shutdownOutput();
    client.setSoTimeout(REFUSAL_MILLIS);
    client.getInputStream().transferTo(OutputStream.nullOutputStream());
  }

  private void spring(String request, boolean answered) {
    Trap set = trap.get();
    if (set != null
        && set.answered() == answered
        && set.requests().test(request)
        && trap.compareAndSet(set, null)) {
      set.action().run();
    }
  }

  /** Empty for bytes that no request begins with: clients send one after the other. */
  private static String requestLine(byte[] chunk, int length) {
    String start =
        new String(chunk, 0, Math.min(length, LONGEST_REQUEST_LINE), StandardCharsets.ISO_8859_1);
    Matcher matcher = REQUEST_LINE.matcher(start);
    return matcher.lookingAt() ? matcher.group().strip() : "";
  }

  private void end(Socket socket) {
    sockets.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      // Closed before.
    }
  }

  private void awaitPassage(int bytes) throws InterruptedException {
    synchronized (change) {
      long start = System.nanoTime();
      while (true) {
        long waitMillis =
            mode == Mode.STALL
                ? Long.MAX_VALUE
                : delay.toMillis() + 1_000L * bytes / bytesPerSecond;
        long left = waitMillis - Duration.ofNanos(System.nanoTime() - start).toMillis();
        if (left <= 0) {
          return;
        }
        change.wait(left);
      }
    }
  }

  private void answer(Socket client) {
    try (client) {
      InputStream in = client.getInputStream();
      int matched = 0;
      for (int each = in.read(); each >= 0 && matched < 4; each = in.read()) {
        matched = each == "\r\n\r\n".charAt(matched) ? matched + 1 : each == '\r' ? 1 : 0;
        if (matched == 4) {
          client.getOutputStream().write(SERVER_ERROR);
          return;
        }
      }
    } catch (IOException e) {
      // Gone.
    } finally {
      sockets.remove(client);
    }
  }

  /** Closes so that the other side sees a reset and not an end. */
  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      // Closed before.
    }
  }

  private static void start(String name, Runnable task) {
    Thread thread = new Thread(task, "satchel-proxy-" + name);
    thread.setDaemon(true);
    thread.start();
  }
}
