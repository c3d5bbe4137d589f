package io.github.satchel.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.satchel.testkit.endtoend.SharedServices;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(SharedServices.class)
class LocalServicesIT {
  @Test
  void everythingIsThereAfterTheStart(LocalServices services) throws Exception {
    Map<String, Object> config = Map.of("bootstrap.servers", services.kafka().bootstrapServers());
    try (Admin admin = Admin.create(config)) {
      // What is created is told by every broker only a moment later.
      await()
          .ignoreExceptions()
          .untilAsserted(
              () ->
                  assertThat(
                          admin
                              .describeTopics(
                                  Set.of(
                                      "training-requests",
                                      "training-results",
                                      "training-requests-dead-letter"))
                              .allTopicNames()
                              .get(10, TimeUnit.SECONDS)
                              .values())
                      .extracting(topic -> topic.partitions().size())
                      .containsExactly(4, 4, 4));
    }
    byte[] picture = services.pictures().picture(0).bytes();
    services.s3().put("satchel-images", "class/user/project/object", picture);
    services.s3().put("satchel-archives", "request/dog.zip", picture);
    assertThat(get(services.pictures().pictureUrl(0))).isEqualTo(200);
    assertThat(get(services.watson().url() + "/v3/classifiers?version=2018-03-19")).isEqualTo(401);
    assertThat(services.credentialsDirectory())
        .isDirectoryContaining("glob:**/pool-1.json")
        .isDirectoryContaining("glob:**/pool-3.json");
  }

  @Test
  void whatHasStartedIsClosedWhenSomethingCannotStart(@TempDir Path directory) throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int picturesPort = freePort();
      assertThatThrownBy(
              () ->
                  LocalServices.builder(directory)
                      .ports(0, 0, picturesPort, taken.getLocalPort())
                      .start())
          .isInstanceOf(IOException.class)
          .hasMessageContaining(String.valueOf(taken.getLocalPort()));

      assertThatThrownBy(() -> get("http://127.0.0.1:" + picturesPort + "/"))
          .isInstanceOf(IOException.class);
    }
  }

  /** A port that neither the system nor Kafka's start takes by itself. */
  private static int freePort() throws IOException {
    int port = ThreadLocalRandom.current().nextInt(30_000, 32_000);
    try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static int get(String url) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.discarding())
        .statusCode();
  }
}
