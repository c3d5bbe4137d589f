package io.github.satchel.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.client.RequestBuilder;
import io.github.satchel.contract.StoredImage;
import io.github.satchel.contract.Topics;
import io.github.satchel.faults.History.Told;
import io.github.satchel.testkit.JobSettings;
import io.github.satchel.testkit.LocalServices;
import io.github.satchel.testkit.flink.FlinkRest;
import io.github.satchel.testkit.flink.RunningJob;
import io.github.satchel.testkit.watson.Call;
import io.github.satchel.testkit.watson.Fault;
import io.github.satchel.trainer.api.CallKind;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.flink.util.FileUtils;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A savepoint of the version before is test data: this version goes on from it, and what was open
 * then ends now. A changed uid or serializer is found here, and not by whoever upgrades.
 *
 * <p>With {@code -Dsavepoint.write=true} the savepoint is made anew by this version, which is what
 * a release does last.
 */
class UpgradeIT {

  /** The savepoint, and the archives directory as it was then. */
  private static final Path DATA = Path.of("src/test/resources/upgrade");

  private static final Path SAVEPOINT = DATA.resolve("savepoint");
  private static final Path ARCHIVES = DATA.resolve("archives");
  private static final boolean WRITE = Boolean.getBoolean("savepoint.write");
  private static final String KEY = "pool-1";

  /** Of images on their way, of archives on theirs, and of one that has ended. */
  private static final String GATHERING = "open-gathering";

  private static final String UPLOADING = "open-uploading";
  private static final String ENDED = "ended";

  @TempDir private Path directory;

  @Test
  void whatWasOpenInTheVersionBeforeEndsInThisOne() throws Exception {
    try (LocalServices services =
        LocalServices.builder(directory.resolve("services")).watsonKeys(1, 10).start()) {
      for (int i = 0; i < 20; i++) {
        services.s3().put(LocalServices.IMAGES_BUCKET, image(i).key(), picture(i));
      }
      if (WRITE) {
        write(services);
      }
      Path checkpoint = directory.resolve("after/checkpoints/before/chk-1");
      copy(SAVEPOINT, checkpoint);
      putArchives(services);
      try (Recorder recorder = new Recorder(services.kafka().bootstrapServers(), "zstd");
          RunningJob job =
              RunningJob.start(
                  settings(services.endpoints().s3(), services), directory.resolve("after"))) {
        await("the open requests' outcomes").until(() -> recorder.served() == 2);

        assertThat(job.failures()).isEmpty();
        assertThat(outcome(recorder, GATHERING)).isEqualTo("stored");
        assertThat(outcome(recorder, UPLOADING)).isEqualTo("uploaded");
        assertThat(services.watson().history())
            .filteredOn(call -> call.kind() == CallKind.CREATE && call.status() == 200)
            .extracting(Call::name)
            .containsExactly("Pets_" + UPLOADING);
        send(recorder, request(ENDED).store().json());
        send(recorder, request("new").store().json());
        await("a new request's outcome")
            .until(() -> recorder.told().stream().anyMatch(told -> isOutcome(told, "new")));
        assertThat(recorder.told())
            .noneMatch(told -> told.requestId().equals(ENDED) && told.type().equals("accepted"));
      }
    }
  }

  private static void putArchives(LocalServices services) throws IOException {
    try (Stream<Path> files = Files.walk(ARCHIVES)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String key = ARCHIVES.relativize(file).toString();
        services.s3().put(LocalServices.ARCHIVES_BUCKET, key, Files.readAllBytes(file));
      }
    }
  }

  /** Has one request end, one wait for its last images and one for the answer to its upload. */
  private void write(LocalServices services) throws Exception {
    services.watson().failNextCreates(KEY, new Fault.Delay(Duration.ofHours(1)));
    try (TcpProxy s3 = new TcpProxy(URI.create(services.endpoints().s3()).getPort());
        Recorder recorder = new Recorder(services.kafka().bootstrapServers(), "zstd");
        RunningJob job =
            RunningJob.start(
                settings("http://127.0.0.1:" + s3.port(), services), directory.resolve("before"))) {
      send(recorder, request(ENDED).store().json());
      await("an end").until(() -> recorder.open() == 0);
      send(recorder, request(UPLOADING).watson(KEY).json());
      await("an upload")
          .until(
              () -> Files.exists(services.archivesDirectory().resolve(UPLOADING + "/upload.json")));
      s3.throttle(10_000);
      send(recorder, request(GATHERING).store().json());
      await("some of the images")
          .until(
              () ->
                  recorder.told().stream()
                      .anyMatch(
                          told ->
                              told.requestId().equals(GATHERING)
                                  && told.event().at("/images/done").asInt() > 0));
      s3.stall();
      String savepoint =
          new FlinkRest(job.dashboard())
              .savepoint(directory.resolve("savepoints").toUri().toString());
      FileUtils.deleteDirectory(DATA.toFile());
      copy(Path.of(URI.create(savepoint)), SAVEPOINT);
      for (String id : List.of(ENDED, UPLOADING)) {
        copy(services.archivesDirectory().resolve(id), ARCHIVES.resolve(id));
      }
      s3.heal();
    }
    throw new IOException("a savepoint was written to " + SAVEPOINT + "; run again without");
  }

  private Map<String, String> settings(String s3, LocalServices services) {
    Map<String, String> settings = JobSettings.of(services.endpoints());
    settings.put("flink.s3.endpoint", s3);
    // Times in a savepoint are absolute, and test data grows old.
    settings.put("request.deadline", "36500 d");
    settings.put("request.max-deadline", "36500 d");
    settings.put("admit.remember", "36501 d");
    settings.put("images.readers", "1");
    return settings;
  }

  private static RequestBuilder request(String id) {
    RequestBuilder request = new RequestBuilder(id, "project-" + id, "pupil", "Pets");
    for (int i = 0; i < 20; i++) {
      request.retrieve(i < 10 ? "cat" : "dog", "image-" + i, image(i));
    }
    return request;
  }

  private static StoredImage image(int number) {
    return new StoredImage("image-" + number, "project", "pupil", "class");
  }

  /** Of one colour, so that the savepoint is small. */
  private static byte[] picture(int number) throws IOException {
    BufferedImage picture = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    graphics.setColor(new Color(12 * number, 100, 200));
    graphics.fillRect(0, 0, 32, 32);
    graphics.dispose();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(picture, "png", out);
    return out.toByteArray();
  }

  private static void send(Recorder recorder, ObjectNode request) {
    recorder.send(
        new ProducerRecord<>(
            Topics.REQUESTS,
            request.path("projectId").asText().getBytes(StandardCharsets.UTF_8),
            request.toString().getBytes(StandardCharsets.UTF_8)));
  }

  private static String outcome(Recorder recorder, String id) {
    List<String> outcomes =
        recorder.told().stream()
            .filter(told -> isOutcome(told, id))
            .map(Told::type)
            .distinct()
            .toList();
    assertThat(outcomes).as(id).hasSize(1);
    return outcomes.get(0);
  }

  private static boolean isOutcome(Told told, String id) {
    return told.requestId().equals(id)
        && List.of("uploaded", "stored", "failed").contains(told.type());
  }

  private static void copy(Path from, Path to) throws IOException {
    FileUtils.copy(
        new org.apache.flink.core.fs.Path(from.toUri()),
        new org.apache.flink.core.fs.Path(to.toUri()),
        false);
  }
}
