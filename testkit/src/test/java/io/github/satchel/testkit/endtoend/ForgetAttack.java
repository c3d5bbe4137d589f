package io.github.satchel.testkit.endtoend;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.client.RequestBuilder;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.StoredImage;
import io.github.satchel.contract.Topics;
import io.github.satchel.testkit.JobSettings;
import io.github.satchel.testkit.LocalServices;
import io.github.satchel.testkit.flink.FlinkRest;
import io.github.satchel.testkit.flink.RunningJob;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a project and of a user once they are forgotten: takes three minutes. */
class ForgetAttack {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String PROJECT = "project-to-forget";
  private static final String PUPIL = "pupil-to-forget";
  private static final int DRAWINGS = 20;

  private int pictures;

  @Test
  void nothingOfAForgottenProjectOrUserIsInABucketTheStateOrACompactedTopic(@TempDir Path directory)
      throws Exception {
    try (LocalServices services =
            LocalServices.builder(directory.resolve("services")).watsonKeys(1, 3).start();
        Site site = new Site(services)) {
      Map<String, String> settings = JobSettings.of(services.endpoints());
      settings.put("cache.dir", "s3://" + LocalServices.RESIZED_BUCKET);
      settings.put("watson.delete-again-after", "1 s");
      settings.put("dispatch.supersede", "false");
      settings.put("flink.execution.checkpointing.interval", "500 ms"); // a forget waits for one
      try (RunningJob job = RunningJob.start(settings, directory.resolve("job"))) {
        FlinkRest flink = new FlinkRest(job.dashboard());
        String savepoints = directory.resolve("savepoints").toUri().toString();
        site.train(drawn(services, "mine-1", PROJECT, "pupil").watson("pool-1").json());
        site.train(drawn(services, "mine-2", PROJECT, "pupil").store().json());
        site.train(drawn(services, "his", "his-project", PUPIL).store().json());
        site.train(drawn(services, "hers", "her-project", "she").store().json());
        site.send(web(services, "mine-3", PROJECT, PUPIL, 2_000).store().json());
        await("it runs")
            .until(
                () ->
                    site.results("mine-3").stream()
                        .anyMatch(result -> result.event().type() == Event.Type.PROGRESS));
        assertThat(services.watson().classifiers()).hasSize(1);
        assertThat(containing(PROJECT, services, flink.savepoint(savepoints))).isNotEmpty();
        assertThat(containing(PUPIL, services, flink.savepoint(savepoints))).isNotEmpty();

        Event.Forgotten project = forget(site, RequestBuilder.forgetProject("forget-1", PROJECT));

        assertThat(site.outcome("mine-3").event().type()).isEqualTo(Event.Type.CANCELLED);
        assertThat(project.requests()).isEqualTo(3);
        assertThat(project.archives()).isEqualTo(2);
        assertThat(project.pictures()).isEqualTo(2 * DRAWINGS);
        assertThat(project.classifiers()).isOne();
        assertThat(project.remaining()).hasSize(3);
        assertThat(services.watson().classifiers()).isEmpty();
        await("the second deletion of the classifier")
            .atMost(PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(containing(PROJECT, services, flink.savepoint(savepoints)))
                        .isEmpty());

        Event.Forgotten user = forget(site, RequestBuilder.forgetUser("forget-2", PUPIL));

        assertThat(user.requests()).as("with the one that is already forgotten").isEqualTo(2);
        assertThat(user.archives()).isEqualTo(2);
        assertThat(user.pictures()).isEqualTo(DRAWINGS);
        assertThat(containing(PUPIL, services, flink.savepoint(savepoints))).isEmpty();
        assertThat(services.archivesDirectory().resolve("hers/cat.zip")).exists();
        assertThat(forget(site, RequestBuilder.forgetProject("forget-3", PROJECT)).requests())
            .as("once more")
            .isZero();
        assertThat(site.results("mine-3")).last().isEqualTo(site.outcome("mine-3"));
        assertThat(job.failures()).isEmpty();
      }
      assertNoTopicIsCompacted(services);
    }
  }

  private static Event.Forgotten forget(Site site, ObjectNode message) {
    String id = message.at("/forget/requestId").textValue();
    site.send(new ProducerRecord<>(Topics.REQUESTS, message.toString().getBytes(UTF_8)));
    await(id).atMost(PATIENCE).until(() -> !site.results(id).isEmpty());
    return requireNonNull(site.results(id).get(0).event().forgotten());
  }

  /** A request whose pictures are in the store, at addresses that name project and user. */
  private RequestBuilder drawn(LocalServices services, String id, String project, String user) {
    RequestBuilder request = new RequestBuilder(id, project, user, "Pets of " + project);
    for (int i = 0; i < DRAWINGS; i++) {
      StoredImage image = new StoredImage(id + "-" + i, project, user, "class");
      services
          .s3()
          .put(
              LocalServices.IMAGES_BUCKET,
              image.key(),
              services.pictures().picture(pictures++).bytes());
      request.retrieve(i % 2 == 0 ? "cat" : "dog", "image-" + i, image);
    }
    return request;
  }

  private static RequestBuilder web(
      LocalServices services, String id, String project, String user, int images) {
    RequestBuilder request = new RequestBuilder(id, project, user, "Pets of " + user);
    for (int i = 0; i < images; i++) {
      request.download(i % 2 == 0 ? "cat" : "dog", "image-" + i, services.pictures().pictureUrl(i));
    }
    return request;
  }

  /** Of all that the job keeps, in its buckets and in a savepoint, the files that have an id. */
  private static List<Path> containing(String id, LocalServices services, String savepoint)
      throws IOException {
    List<Path> containing = new ArrayList<>();
    for (Path root :
        List.of(
            services.archivesDirectory(),
            services.s3().directory(LocalServices.RESIZED_BUCKET),
            Path.of(URI.create(savepoint)))) {
      Files.walkFileTree(root, new Search(id, containing));
    }
    return containing;
  }

  /** Collects the files that have an id in their name or content, while others are removed. */
  private static final class Search extends SimpleFileVisitor<Path> {

    private final String id;
    private final List<Path> containing;

    Search(String id, List<Path> containing) {
      this.id = id;
      this.containing = containing;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      try {
        if (file.toString().contains(id) || Files.readString(file, ISO_8859_1).contains(id)) {
          containing.add(file);
        }
        return FileVisitResult.CONTINUE;
      } catch (NoSuchFileException removed) {
        return visitFileFailed(file, removed);
      }
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
      if (failure instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw failure;
    }
  }

  private static void assertNoTopicIsCompacted(LocalServices services) throws Exception {
    List<ConfigResource> topics =
        Stream.of(Topics.REQUESTS, Topics.RESULTS, Topics.DEAD_LETTERS)
            .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
            .toList();
    try (Admin admin =
        Admin.create(
            Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, services.kafka().bootstrapServers()))) {
      for (Config topic : admin.describeConfigs(topics).all().get().values()) {
        assertThat(topic.get("cleanup.policy").value()).isEqualTo("delete");
      }
    }
  }
}
