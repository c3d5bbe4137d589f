package io.github.satchel.job.fetch.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.FailureCode;
import io.github.satchel.contract.StoredImage;
import io.github.satchel.job.SatchelOptions;
import io.github.satchel.job.fetch.Fetching;
import io.github.satchel.job.fetch.TestNames;
import io.github.satchel.job.fetch.source.NameResolvers;
import io.github.satchel.job.model.Problem;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreFetcherTest {

  private static final byte[] PICTURE = Fetching.picture(3_000);
  private static final int MAX_SIZE = 100_000;

  private Path directory;
  private Path store;
  private Fetching fetching;

  @BeforeEach
  void open(@TempDir Path temporary) throws IOException {
    directory = temporary;
    store = Files.createDirectories(directory.resolve("store"));
    fetching =
        new Fetching(config().set(SatchelOptions.IMAGES_DIR, store.toUri().toString()), names());
  }

  @AfterEach
  void close() {
    fetching.close();
    assertThat(fetching.budget().used()).isZero();
  }

  @Test
  void aStoredImageArrivesByteForByte() throws IOException {
    put("class/user/project/object", PICTURE);

    assertThat(fetching.fetch(new StoredImage("object", "project", "user", "class")).picture())
        .isEqualTo(PICTURE);
  }

  @Test
  void aMissingImageIsMissing() {
    assertThat(fetching.fetch(new StoredImage("none", "project", "user", "class")).failure())
        .isEqualTo(missing());
  }

  @Test
  void aDirectoryIsMissing() throws IOException {
    put("class/user/project/object/below", PICTURE);

    assertThat(fetching.fetch(new StoredImage("object", "project", "user", "class")).failure())
        .isEqualTo(missing());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "..",
        ".",
        "",
        "../object",
        "..\\object",
        "a/../../b",
        "/etc/passwd",
        "a\0b",
        "a b",
        "%2e%2e",
        "object?x",
        "object#x",
        "a\nb",
        "\u2025"
      })
  void aKeyCannotLeaveItsDirectory(String id) throws IOException {
    put("class/user/project/object", PICTURE);
    Files.write(directory.resolve("object"), PICTURE);

    for (StoredImage image :
        List.of(
            new StoredImage(id, "project", "user", "class"),
            new StoredImage("object", id, "user", "class"),
            new StoredImage("object", "project", id, "class"),
            new StoredImage("object", "project", "user", id))) {
      assertThat(fetching.fetch(image).failure()).isEqualTo(missing());
    }
  }

  @Test
  void anImageThatIsTooLargeIsRefused() throws IOException {
    put("class/user/project/object", Fetching.picture(MAX_SIZE + 1));

    assertThat(fetching.fetch(new StoredImage("object", "project", "user", "class")).failure())
        .isEqualTo(new Problem(FailureCode.IMAGE_TOO_LARGE, "Image size exceeds maximum limit"));
  }

  @Test
  void whatIsNoPictureIsUnsupported() throws IOException {
    put("class/user/project/text", new byte[] {'c', 'a', 't'});
    put("class/user/project/empty", new byte[0]);

    for (String id : List.of("text", "empty")) {
      assertThat(fetching.fetch(new StoredImage(id, "project", "user", "class")).failure().code())
          .isEqualTo(FailureCode.IMAGE_UNSUPPORTED);
    }
  }

  @Test
  void imagesWaitForMemory() throws IOException {
    List<CompletableFuture<Fetching.Outcome>> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      put("class/user/project/" + i, Fetching.picture(MAX_SIZE - i));
      all.add(fetching.start(new StoredImage("" + i, "project", "user", "class")));
    }

    for (int i = 0; i < 20; i++) {
      assertThat(CompletableFuture.anyOf(all.toArray(CompletableFuture[]::new)).join()).isNotNull();
      assertThat(fetching.budget().used()).isLessThanOrEqualTo(fetching.budget().capacity());
      for (int j = 0; j < all.size(); j++) {
        if (all.get(j).isDone()) {
          Fetching.await(all.remove(j)).picture();
          break;
        }
      }
    }
  }

  @Test
  void aStoreThatIsNotThereIsUnreachable() {
    try (Fetching other =
        new Fetching(config().set(SatchelOptions.IMAGES_DIR, "nosuch://bucket"), names())) {
      assertThat(other.fetch(new StoredImage("object", "project", "user", "class")).failure())
          .isEqualTo(unreachable());
    }
  }

  @Test
  void withoutADirectoryStoredImagesAreUnreachable() {
    try (Fetching other = new Fetching(config(), names())) {
      assertThat(other.fetch(new StoredImage("object", "project", "user", "class")).failure())
          .isEqualTo(unreachable());
    }
  }

  @Test
  void missingForbiddenAndUnreachableAreToldApart() {
    assertThat(StoreFetcher.problemOf(new FileNotFoundException("No such file")))
        .isEqualTo(missing());
    assertThat(StoreFetcher.problemOf(new IOException(new FileNotFoundException("s3a://b/k"))))
        .isEqualTo(missing());
    assertThat(StoreFetcher.problemOf(new AccessDeniedException("s3a://b/k")))
        .isEqualTo(forbidden());
    assertThat(StoreFetcher.problemOf(new FileNotFoundException("/k (Permission denied)")))
        .isEqualTo(forbidden());
    assertThat(StoreFetcher.problemOf(new IOException(new NoAwsCredentialsException())))
        .isEqualTo(forbidden());
    assertThat(StoreFetcher.problemOf(new IOException(new ConnectException("refused"))))
        .isEqualTo(unreachable());
    assertThat(StoreFetcher.problemOf(new UnknownStoreException())).isEqualTo(unreachable());
  }

  /** Named as what Hadoop throws from its own class loader. */
  private static final class NoAwsCredentialsException extends IOException {}

  /** Named as what Hadoop throws for a bucket that does not exist. */
  private static final class UnknownStoreException extends IOException {}

  private void put(String key, byte[] content) throws IOException {
    Path file = store.resolve(key);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
  }

  private static Configuration config() {
    return Fetching.config(80)
        .set(SatchelOptions.FETCH_MAX_SIZE, new MemorySize(MAX_SIZE))
        .set(SatchelOptions.FETCH_MEMORY, new MemorySize(3 * MAX_SIZE));
  }

  private static NameResolvers names() {
    return new TestNames(Map.of());
  }

  private static Problem missing() {
    return new Problem(FailureCode.STORE_MISSING, "Unable to download image from store (unknown)");
  }

  private static Problem forbidden() {
    return new Problem(FailureCode.STORE_AUTH, "Unable to download image from store (auth)");
  }

  private static Problem unreachable() {
    return new Problem(
        FailureCode.IMAGE_UNREACHABLE, "Unable to download image from store (unknown)");
  }
}
