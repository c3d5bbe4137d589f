package io.github.satchel.testkit.endtoend;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.satchel.client.RequestBuilder;
import io.github.satchel.testkit.JobSettings;
import io.github.satchel.testkit.LocalServices;
import io.github.satchel.testkit.flink.RunningJob;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a small request asks of the archive store in its life, seen on the wire. */
class StoreOperationsIT {

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @Test
  void aSmallRequestWritesFourObjectsAndReadsNoneOfThemBack(@TempDir Path directory)
      throws Exception {
    try (LocalServices services =
            LocalServices.builder(directory.resolve("services"))
                .watsonKeys(1, 3)
                .watson(watson -> watson.trainingTime(Duration.ZERO))
                .start();
        Wiretap store = new Wiretap(URI.create(services.endpoints().s3()).getPort());
        Site site = new Site(services)) {
      Map<String, String> settings = JobSettings.of(services.endpoints());
      settings.put("flink.s3.endpoint", "http://127.0.0.1:" + store.port());
      settings.put("watson.follow-interval", "1 s");
      settings.put("request.deadline", "20 s");
      settings.put("request.max-deadline", "20 s");
      settings.put("admit.remember", "21 s");
      try (RunningJob job = RunningJob.start(settings, directory.resolve("job"))) {
        RequestBuilder request = new RequestBuilder("small", "project", "pupil", "Pets");
        for (int i = 0; i < 30; i++) {
          request.download(i < 15 ? "cat" : "dog", "image-" + i, services.pictures().pictureUrl(i));
        }
        site.send(request.watson("pool-1").json());
        await("ready").atMost(PATIENCE).until(() -> store.wrote("upload.json.conclusion"));
        Path left = services.s3().directory(LocalServices.ARCHIVES_BUCKET).resolve("small");
        await("removal").atMost(PATIENCE).until(() -> !Files.exists(left.resolve("upload.json")));
        System.out.println("What the store was asked:\n" + String.join("\n", store.asked()));

        assertThat(job.failures()).isEmpty();
      }
      assertThat(store.asked()).filteredOn(asked -> asked.startsWith("PUT")).hasSize(4);
      assertThat(store.asked())
          .as(
              "nothing that was written is read; Hadoop's client lists to tell files from directories")
          .filteredOn(asked -> !asked.contains("list-type="))
          .noneMatch(asked -> asked.startsWith("GET"));
    }
  }

  /** A proxy before the store that notes the requests for a request's directory. */
  private static final class Wiretap implements AutoCloseable {

    private static final Pattern ASKED =
        Pattern.compile("^(GET|PUT|HEAD|POST|DELETE) (\\S*) HTTP/1.1\r\n");
    private static final Pattern ANSWERED = Pattern.compile("^HTTP/1.1 (\\d+)");

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int store;

    Wiretap(int store) throws IOException {
      this.store = store;
      start(this::accept);
    }

    int port() {
      return server.getLocalPort();
    }

    /** Method, path and status of each, in order. */
    List<String> asked() {
      return asked.stream().filter(each -> each.contains("small")).toList();
    }

    boolean wrote(String file) {
      return asked.stream().anyMatch(each -> each.startsWith("PUT") && each.contains(file));
    }

    private void accept() {
      try {
        while (true) {
          Socket client = server.accept();
          Socket backend = new Socket(InetAddress.getLoopbackAddress(), store);
          String[] last = new String[1];
          start(() -> pump(client, backend, text -> note(text, last)));
          start(() -> pump(backend, client, text -> answered(text, last)));
        }
      } catch (IOException closed) {
        // The end of the test.
      }
    }

    private static void note(String text, String[] last) {
      Matcher line = ASKED.matcher(text);
      if (line.find()) {
        last[0] = line.group(1) + " " + line.group(2);
      }
    }

    private void answered(String text, String[] last) {
      Matcher line = ANSWERED.matcher(text);
      if (line.find() && last[0] != null && !line.group(1).equals("100")) {
        asked.add(last[0] + " " + line.group(1));
        last[0] = null;
      }
    }

    private static void start(Runnable task) {
      Thread thread = new Thread(task, "wiretap");
      thread.setDaemon(true);
      thread.start();
    }

    private static void pump(Socket from, Socket to, Consumer<String> seen) {
      byte[] buffer = new byte[64 << 10];
      try (from;
          to) {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int read; (read = in.read(buffer)) >= 0; ) {
          seen.accept(new String(buffer, 0, Math.min(read, 4_000), ISO_8859_1));
          out.write(buffer, 0, read);
          out.flush();
        }
      } catch (IOException closed) {
        // Either side has ended.
      }
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }
}
