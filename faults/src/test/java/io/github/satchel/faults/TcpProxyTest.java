package io.github.satchel.faults;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TcpProxyTest {

  private static final int PATIENCE_MILLIS = 10_000;

  private ServerSocket echo;
  private TcpProxy proxy;

  @SuppressWarnings("NullAway.Init") // set before each test
  TcpProxyTest() {}

  @BeforeEach
  void start() throws IOException {
    echo = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread server = new Thread(this::serve, "satchel-echo");
    server.setDaemon(true);
    server.start();
    proxy = new TcpProxy(echo.getLocalPort());
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    echo.close();
  }

  @Test
  void passesBothWaysUntilTheEnd() throws IOException {
    try (Socket client = connect()) {
      assertThat(exchange(client, "ping")).isEqualTo("ping");
      client.shutdownOutput();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void aCutResetsConnectionsAndThoseThatComeUntilItHeals() throws IOException {
    try (Socket client = connect();
        Socket later = connectAfter(proxy::cut)) {
      assertThatThrownBy(() -> exchange(client, "ping")).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> exchange(later, "ping")).isInstanceOf(IOException.class);
    }
    proxy.heal();
    try (Socket client = connect()) {
      assertThat(exchange(client, "ping")).isEqualTo("ping");
    }
  }

  @Test
  void aStallHoldsEverythingBackUntilItHeals() throws IOException {
    try (Socket client = connect()) {
      proxy.stall();
      client.getOutputStream().write("ping".getBytes(US_ASCII));
      client.setSoTimeout(200);
      assertThatThrownBy(() -> client.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      proxy.heal();
      client.setSoTimeout(PATIENCE_MILLIS);
      assertThat(client.getInputStream().readNBytes(4)).isEqualTo("ping".getBytes(US_ASCII));
    }
  }

  @Test
  void whatIsDelayedOrThrottledArrivesLater() throws IOException {
    try (Socket client = connect()) {
      proxy.delay(Duration.ofMillis(150));
      long start = System.nanoTime();
      assertThat(exchange(client, "ping")).isEqualTo("ping");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(290));

      proxy.throttle(20);
      start = System.nanoTime();
      assertThat(exchange(client, "ping")).isEqualTo("ping");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(390));
    }
  }

  @Test
  void requestsThatFailAreAnsweredWith500() throws IOException {
    proxy.failRequests();
    try (Socket client = connect()) {
      assertThat(exchange(client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")).startsWith("HTTP/1.1 500 ");
    }
  }

  @Test
  void someRequestsAreRefusedAndOthersPass() throws IOException {
    proxy.refuse(line -> line.startsWith("DELETE "));
    String get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
    try (Socket client = connect()) {
      assertThat(exchange(client, get)).isEqualTo(get);
      assertThat(exchange(client, "DELETE /a HTTP/1.1\r\nHost: x\r\n\r\n"))
          .startsWith("HTTP/1.1 500 ");
    }
    proxy.heal();
    try (Socket client = connect()) {
      String delete = "DELETE /a HTTP/1.1\r\nHost: x\r\n\r\n";
      assertThat(exchange(client, delete)).isEqualTo(delete);
    }
  }

  @Test
  void somethingHappensOnceBeforeARequestPassesOrItsAnswerDoes() throws IOException {
    List<String> happened = new CopyOnWriteArrayList<>();
    String post = "POST /v3/classifiers HTTP/1.1\r\nHost: x\r\n\r\n";
    try (Socket client = connect()) {
      proxy.beforeRequest(line -> line.startsWith("POST /v3/"), () -> happened.add("request"));
      assertThat(exchange(client, "GET / HTTP/1.1\r\n\r\n")).isEqualTo("GET / HTTP/1.1\r\n\r\n");
      assertThat(happened).isEmpty();
      assertThat(exchange(client, post)).isEqualTo(post);
      assertThat(happened).containsExactly("request");

      proxy.beforeAnswer(line -> line.startsWith("POST /v3/"), () -> happened.add("answer"));
      assertThat(proxy.isWaiting()).isTrue();
      assertThat(exchange(client, post)).isEqualTo(post);
      assertThat(exchange(client, post)).isEqualTo(post);
      assertThat(happened).containsExactly("request", "answer");
      assertThat(proxy.isWaiting()).isFalse();
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  private Socket connectAfter(Runnable first) throws IOException {
    first.run();
    return connect();
  }

  private static String exchange(Socket client, String text) throws IOException {
    client.getOutputStream().write(text.getBytes(US_ASCII));
    byte[] answer = client.getInputStream().readNBytes(text.length());
    if (answer.length == 0) {
      throw new IOException("the other side ended");
    }
    return new String(answer, US_ASCII);
  }

  private void serve() {
    while (!echo.isClosed()) {
      try {
        Socket client = echo.accept();
        Thread thread =
            new Thread(
                () -> {
                  try (client) {
                    client.getInputStream().transferTo(client.getOutputStream());
                  } catch (IOException e) {
                    // The test cut it.
                  }
                },
                "satchel-echo-connection");
        thread.setDaemon(true);
        thread.start();
      } catch (IOException e) {
        // Closed.
      }
    }
  }
}
