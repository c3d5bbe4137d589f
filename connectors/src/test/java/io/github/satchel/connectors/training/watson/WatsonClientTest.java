package io.github.satchel.connectors.training.watson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.satchel.connectors.training.ExampleArchive;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.credentials.Account;
import io.github.satchel.connectors.training.credentials.Credentials;
import io.github.satchel.connectors.training.operator.ByteBudget;
import io.github.satchel.connectors.training.operator.TrainingMetrics;
import io.github.satchel.connectors.training.transport.HttpTransport;
import io.github.satchel.connectors.training.transport.UploadException;
import io.github.satchel.connectors.training.transport.Verdict;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatsonClientTest {

  private static final String TOKEN = "{\"access_token\":\"t\",\"expires_in\":3600}";

  @Test
  void aRefusalIsUnderstoodBeforeTheArchivesAreSent(@TempDir Path directory) throws Exception {
    Path zip = directory.resolve("cat.zip");
    long bytes = 50 << 20;
    try (RandomAccessFile sparse = new RandomAccessFile(zip.toFile(), "rw")) {
      sparse.setLength(bytes);
    }
    Training training =
        new Training(
            "r1",
            "My pets",
            List.of(new ExampleArchive("cat", zip.toUri().toString(), bytes, 10, null)),
            "",
            List.of(),
            List.of(),
            Map.of());
    try (ServerSocket server = new ServerSocket(0, 2, InetAddress.getLoopbackAddress())) {
      String url = "http://127.0.0.1:" + server.getLocalPort();
      CompletableFuture<Socket> unread =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  answerUnread(server, "200 OK", TOKEN).close();
                  return answerUnread(server, "413 Request Entity Too Large", "<html>");
                } catch (IOException broken) {
                  throw new UncheckedIOException(broken);
                }
              });
      try (HttpTransport transport =
          new HttpTransport(Options.transport(Duration.ofSeconds(20)), Clock.systemUTC())) {
        TrainingMetrics metrics =
            new TrainingMetrics(UnregisteredMetricsGroup.createSinkWriterMetricGroup());
        WatsonClient client =
            new WatsonClient(
                transport,
                new IamTokens(transport, url, Clock.systemUTC(), metrics),
                CredentialsPool.open("WatsonClientTest", Duration.ZERO, 1, 1, Clock.systemUTC()),
                new ByteBudget(1),
                "2018-03-19",
                Clock.systemUTC());

        assertThatThrownBy(
                () ->
                    client.create(
                        new Account("first", new Credentials(url, "key")), training, sent -> {}))
            .isInstanceOfSatisfying(
                UploadException.class,
                failure -> assertThat(failure.verdict()).isEqualTo(Verdict.TOO_LARGE));
      }
      unread.get().close();
    }
  }

  /** Reads no further than the headers. */
  private static Socket answerUnread(ServerSocket server, String status, String body)
      throws IOException {
    Socket socket = server.accept();
    BufferedReader in =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      assertThat(line).isNotEmpty();
    }
    socket
        .getOutputStream()
        .write(
            "HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                .formatted(status, body.length(), body)
                .getBytes(StandardCharsets.ISO_8859_1));
    return socket;
  }
}
