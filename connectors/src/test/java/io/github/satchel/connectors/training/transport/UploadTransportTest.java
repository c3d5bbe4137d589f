package io.github.satchel.connectors.training.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens to a large body on its way. */
class UploadTransportTest {

  private static final Duration IDLE = Duration.ofMillis(500);
  private static final long BYTES = 30_000_000;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch end = new CountDownLatch(1);
  private ServerSocket server;
  private HttpTransport transport;

  @BeforeEach
  void start() throws IOException {
    server = new ServerSocket();
    // Fixed, as what the kernel takes in on its own is no longer slow; it may take in all of it.
    server.setReceiveBufferSize(64 * 1024);
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 2);
    transport = transport(Duration.ofSeconds(2), Duration.ofSeconds(30));
  }

  private static HttpTransport transport(Duration responseTimeout, Duration uploadTimeout) {
    return new HttpTransport(
        new TransportOptions(Duration.ofSeconds(2), responseTimeout, IDLE, uploadTimeout, 2),
        Clock.systemUTC());
  }

  @AfterEach
  void stop() throws IOException {
    end.countDown();
    transport.close();
    server.close();
    threads.shutdownNow();
  }

  /** What the service does with a connection. */
  @FunctionalInterface
  private interface Service {
    void serve(Socket connection) throws Exception;
  }

  private void serving(Service service) {
    var unused =
        threads.submit(
            () -> {
              try (Socket connection = server.accept()) {
                service.serve(connection);
              }
              return null;
            });
  }

  private HttpTransport.Answer post(LongConsumer progress) throws UploadException {
    HttpPost post = new HttpPost("http://127.0.0.1:" + server.getLocalPort() + "/v3/classifiers");
    post.setEntity(
        new AbstractHttpEntity(ContentType.APPLICATION_OCTET_STREAM, null) {
          @Override
          public void writeTo(OutputStream out) throws IOException {
            byte[] chunk = new byte[100_000];
            for (long sent = 0; sent < BYTES; sent += chunk.length) {
              out.write(chunk);
            }
          }

          @Override
          public InputStream getContent() {
            throw new UnsupportedOperationException();
          }

          @Override
          public boolean isStreaming() {
            return false;
          }

          @Override
          public long getContentLength() {
            return BYTES;
          }

          @Override
          public boolean isRepeatable() {
            return true;
          }

          @Override
          public void close() {}
        });
    return transport.send(post, Secrets.NONE, progress);
  }

  private static void read(Socket connection, long bytes) throws IOException {
    byte[] buffer = new byte[8192];
    for (long left = bytes; left > 0; ) {
      int read = connection.getInputStream().read(buffer, 0, (int) Math.min(left, buffer.length));
      if (read < 0) {
        throw new IOException("the client hung up");
      }
      left -= read;
    }
  }

  private static void answer(Socket connection, String status, String body) throws IOException {
    connection
        .getOutputStream()
        .write(
            "HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                .formatted(status, body.length(), body)
                .getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void anEarlyRefusalIsHeardAlthoughTheServiceHangsUp() throws Exception {
    serving(
        connection -> {
          read(connection, 1_000_000);
          // What is unread makes the close a reset, and the client's next write fail.
          answer(connection, "413 Request Entity Too Large", "<html>too large</html>");
        });

    assertThat(post(sent -> {}).status()).isEqualTo(413);
  }

  @Test
  void anEarlyRefusalIsHeardOnAConnectionThatStaysOpen() throws Exception {
    serving(
        connection -> {
          read(connection, 1_000_000);
          answer(connection, "413 Request Entity Too Large", "<html>too large</html>");
          read(connection, BYTES);
        });

    assertThat(post(sent -> {}).status()).isEqualTo(413);
  }

  @Test
  void aServiceThatHangsUpWithoutAWordIsUnavailable() {
    serving(connection -> read(connection, 1_000_000));

    assertUnavailable(this::postQuietly);
  }

  @Test
  void anUploadThatStallsIsBrokenOffAfterTheIdleLimit() {
    serving(
        connection -> {
          read(connection, 1_000_000);
          end.await();
        });
    long start = System.nanoTime();

    assertThatThrownBy(this::postQuietly).hasMessage("the service accepted nothing for " + IDLE);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
  }

  @Test
  void aSlowUploadThatMovesIsLetBeThoughItTakesLongerThanAnyOtherLimit() throws Exception {
    transport.close();
    transport = transport(Duration.ofMillis(1_500), Duration.ofSeconds(30));
    serving(
        connection -> {
          for (int i = 0; i < 30; i++) {
            read(connection, BYTES / 30);
            assertThat(end.await(IDLE.toMillis() / 5, TimeUnit.MILLISECONDS)).isFalse();
          }
          answer(connection, "200 OK", "{}");
        });
    List<Long> progress = new ArrayList<>();
    long start = System.nanoTime();

    assertThat(post(progress::add).status()).isEqualTo(200);

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(2));
    assertThat(progress).isSorted().endsWith(BYTES);
  }

  @Test
  void anUploadEndsAtTheLimitForAllHoweverWellItMoves() {
    transport.close();
    transport = transport(Duration.ofSeconds(5), Duration.ofSeconds(1));
    serving(
        connection -> {
          while (!end.await(IDLE.toMillis() / 5, TimeUnit.MILLISECONDS)) {
            read(connection, BYTES / 100);
          }
        });

    assertThatThrownBy(this::postQuietly).hasMessage("not done within PT1S");
  }

  @Test
  void anAnswerThatDoesNotComeIsNotWaitedForLongerThanTheResponseLimit() {
    serving(
        connection -> {
          read(connection, BYTES);
          end.await();
        });

    assertUnavailable(this::postQuietly);
  }

  @Test
  void aRedirectIsNoReasonToSendABodyAgain() throws Exception {
    serving(
        connection -> {
          read(connection, BYTES);
          connection
              .getOutputStream()
              .write(
                  "HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
                      .getBytes(StandardCharsets.ISO_8859_1));
          end.await();
        });

    assertThat(post(sent -> {}).status()).isEqualTo(307);
  }

  private void postQuietly() throws UploadException {
    post(sent -> {});
  }

  private static void assertUnavailable(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            UploadException.class,
            failure -> assertThat(failure.verdict()).isEqualTo(Verdict.UNAVAILABLE));
  }
}
