package io.github.satchel.job.fetch;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;
import org.jspecify.annotations.Nullable;

/** An HTTP server on loopback whose handlers write the bytes of their responses themselves. */
final class TestServer implements AutoCloseable {

  private final ServerSocket listener;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, Handler> handlers = new ConcurrentHashMap<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final AtomicInteger open = new AtomicInteger();
  private final List<Socket> connections = new CopyOnWriteArrayList<>();

  /** Answers the requests for a path. */
  interface Handler {
    void handle(Request request, Connection connection) throws Exception;
  }

  /** A request; names of headers in lower case. */
  record Request(String method, String target, Map<String, String> headers) {
    String path() {
      return target.replaceFirst("\\?.*", "");
    }
  }

  /** Where a response goes. */
  record Connection(Socket socket, OutputStream out) {

    void write(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    }

    void write(byte[] bytes) throws IOException {
      out.write(bytes);
      out.flush();
    }

    /** A whole response, with its length. */
    void respond(String status, String headers, byte[] body) throws IOException {
      write(
          "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + body.length + "\r\n\r\n");
      write(body);
    }

    void picture(byte[] picture) throws IOException {
      respond("200 OK", "Content-Type: image/png\r\n", picture);
    }

    void close() throws IOException {
      socket.close();
    }

    /** Closes so that the other side sees a reset. */
    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }
  }

  TestServer(String address) throws IOException {
    this(address, ServerSocketFactory.getDefault());
  }

  TestServer(String address, ServerSocketFactory factory) throws IOException {
    listener = factory.createServerSocket(0, 1_000, InetAddress.getByName(address));
    threads.execute(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  TestServer on(String path, Handler handler) {
    handlers.put(path, handler);
    return this;
  }

  List<Request> requests() {
    return requests;
  }

  List<Request> requests(String path) {
    return requests.stream().filter(request -> request.path().equals(path)).toList();
  }

  /** How many connections there ever were. */
  int connections() {
    return connections.size();
  }

  /** How many of them the client has not closed. */
  int openConnections() {
    return open.get();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        connections.add(socket);
        threads.execute(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    open.incrementAndGet();
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      Connection connection = new Connection(socket, socket.getOutputStream());
      for (Request request = read(in); request != null; request = read(in)) {
        requests.add(request);
        handlers
            .getOrDefault(request.path(), (r, c) -> c.respond("404 Not Found", "", new byte[0]))
            .handle(request, connection);
      }
    } catch (Exception e) {
      // The client went away, or the handler wanted it so.
    } finally {
      open.decrementAndGet();
    }
  }

  private static @Nullable Request read(InputStream in) throws IOException {
    String first = line(in);
    if (first.isEmpty()) {
      return null;
    }
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      String[] header = line.split(":\\s*", 2);
      headers.put(header[0].toLowerCase(Locale.ROOT), header[1]);
    }
    String[] words = first.split(" ", -1);
    return new Request(words[0], words[1], headers);
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  /** Closes the connections that there are. */
  void closeConnections() {
    try {
      for (Socket connection : connections) {
        connection.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    closeConnections();
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.shutdownNow();
  }
}
