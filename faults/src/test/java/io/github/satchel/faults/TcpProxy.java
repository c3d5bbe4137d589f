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
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Stands between a client and a server of the loopback interface, and lets through what it is told
 * to. A thread for each direction of a connection.
 */
final class TcpProxy implements AutoCloseable {

  private static final int CHUNK = 16 * 1024;
  private static final int BACKLOG = 128;
  private static final byte[] GET = "GET ".getBytes(StandardCharsets.US_ASCII);
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

  private final int target;
  private final ServerSocket listener;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final LongAdder gets = new LongAdder();
  private final Object change = new Object();
  private Mode mode = Mode.PASS;
  private Duration delay = Duration.ZERO;
  private int bytesPerSecond = Integer.MAX_VALUE;

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

  /** How many requests over HTTP began with {@code GET} so far, if clients send them whole. */
  long gets() {
    return gets.sum();
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Everything passes at once again. */
  void heal() {
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
    AtomicInteger directions = new AtomicInteger(2);
    start("up", () -> pump(client, server, directions));
    start("down", () -> pump(server, client, directions));
  }

  /**
   * @param directions of the connection that still live
   */
  private void pump(Socket from, Socket to, AtomicInteger directions) {
    byte[] chunk = new byte[CHUNK];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        if (to.getPort() == target
            && read >= GET.length
            && Arrays.equals(chunk, 0, GET.length, GET, 0, GET.length)) {
          gets.increment();
        }
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
      if (directions.decrementAndGet() == 0) {
        end(from);
        end(to);
      }
    }
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
