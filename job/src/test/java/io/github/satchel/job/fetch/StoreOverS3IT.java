package io.github.satchel.job.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.FailureCode;
import io.github.satchel.contract.StoredImage;
import io.github.satchel.job.SatchelOptions;
import io.github.satchel.job.model.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.plugin.DefaultPluginManager;
import org.apache.flink.core.plugin.DirectoryBasedPluginFinder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Flink's {@code s3://} file system, the plug-in that a cluster has, and a store that misbehaves.
 */
class StoreOverS3IT {

  private static final byte[] PICTURE = Fetching.picture(3_000);
  private static final StoredImage IMAGE = new StoredImage("object", "project", "user", "class");
  private static final String PATH = "/images/pupils/class/user/project/object";

  private static final Map<String, String> WITH_KEY =
      Map.of("s3.access-key", "key", "s3.secret-key", "secret");

  private TestServer store;

  @BeforeEach
  void startStore() throws IOException {
    store = new TestServer("127.0.0.2");
  }

  @AfterEach
  void stopStore() {
    store.close();
    FileSystem.initialize(new Configuration(), null);
  }

  @Test
  void aStoredImageArrivesByteForByte() throws IOException {
    store.on(
        PATH,
        (request, connection) -> {
          connection.write(
              "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: " + PICTURE.length + "\r\n\r\n");
          if (request.method().equals("GET")) {
            connection.write(PICTURE);
          }
        });

    assertThat(fetch(WITH_KEY).picture()).isEqualTo(PICTURE);
  }

  @Test
  void aMissingImageIsMissing() throws IOException {
    store
        .on(PATH, (request, connection) -> connection.respond("404 Not Found", "", new byte[0]))
        .on("/images/", StoreOverS3IT::listNothing)
        .on("/images", StoreOverS3IT::listNothing);

    assertThat(fetch(WITH_KEY).failure())
        .as("%s", store.requests())
        .isEqualTo(
            new Problem(
                FailureCode.STORE_MISSING, "Unable to download image from store (unknown)"));
  }

  @Test
  void aStoreThatRefusesTheKeysIsForbidden() throws IOException {
    store.on(PATH, (request, connection) -> connection.respond("403 Forbidden", "", new byte[0]));

    assertThat(fetch(WITH_KEY).failure()).isEqualTo(forbidden());
  }

  @Test
  void aJobWithoutCredentialsIsForbidden() throws IOException {
    assertThat(
            fetch(
                    Map.of(
                        "fs.s3a.aws.credentials.provider",
                        "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider"))
                .failure())
        .isEqualTo(forbidden());
    assertThat(store.requests()).isEmpty();
  }

  @Test
  void aStoreThatNeverAnswersIsUnreachable() throws IOException {
    store.on(PATH, (request, connection) -> new CountDownLatch(1).await());

    assertThat(fetch(WITH_KEY).failure()).isEqualTo(unreachable());
    assertThat(store.requests(PATH)).isNotEmpty();
  }

  @Test
  void aStoreThatIsDownIsUnreachable() throws IOException {
    store.close();

    assertThat(fetch(WITH_KEY).failure()).isEqualTo(unreachable());
  }

  private Fetching.Outcome fetch(Map<String, String> credentials) throws IOException {
    Configuration flink = Configuration.fromMap(credentials);
    flink.setString("s3.endpoint", "http://127.0.0.2:" + store.port());
    flink.setString("s3.path.style.access", "true");
    FileSystem.initialize(
        flink,
        new DefaultPluginManager(
            new DirectoryBasedPluginFinder(Path.of("target", "plugins")).findPlugins(),
            CoreOptions.getPluginParentFirstLoaderPatterns(flink)));
    Configuration config =
        Fetching.config(80)
            .set(SatchelOptions.IMAGES_DIR, "s3://images/pupils")
            .set(SatchelOptions.FETCH_TIMEOUT, Duration.ofSeconds(5));
    try (Fetching fetching = new Fetching(config, new TestNames(Map.of()))) {
      Fetching.Outcome outcome = fetching.fetch(IMAGE);
      assertThat(fetching.budget().used()).isZero();
      return outcome;
    }
  }

  private static void listNothing(TestServer.Request request, TestServer.Connection connection)
      throws IOException {
    connection.respond(
        "200 OK",
        "Content-Type: application/xml\r\n",
        ("<ListBucketResult><Name>images</Name><KeyCount>0</KeyCount>"
                + "<MaxKeys>2</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>")
            .getBytes(StandardCharsets.UTF_8));
  }

  private static Problem forbidden() {
    return new Problem(FailureCode.STORE_AUTH, "Unable to download image from store (auth)");
  }

  private static Problem unreachable() {
    return new Problem(
        FailureCode.IMAGE_UNREACHABLE, "Unable to download image from store (unknown)");
  }
}
