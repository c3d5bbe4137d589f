package io.github.satchel.testkit.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.satchel.testing.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavaProcessTest {

  @TempDir private Path directory;

  @Test
  void aChildEndsWithItsParentEvenIfThatIsKilled() throws Exception {
    JavaProcess parent = JavaProcess.start(command("parent", Parent.class));
    parent.awaitLine("started", Patience.LIMIT);
    long child = Long.parseLong(Files.readString(directory.resolve("child.pid")));
    assertThat(ProcessHandle.of(child)).isPresent();

    parent.kill();

    await().until(() -> ProcessHandle.of(child).isEmpty());
  }

  @Test
  void whatAProcessUsesIsKnownUntilItEnds() throws Exception {
    try (JavaProcess process = JavaProcess.start(command("child", Child.class))) {
      process.awaitLine("ready", Patience.LIMIT);

      assertThat(process.usage())
          .hasValueSatisfying(
              usage -> {
                assertThat(usage.rss()).isBetween(10L << 20, 1L << 30);
                assertThat(usage.peakRss()).isGreaterThan(10L << 20);
                assertThat(usage.cpu()).isPositive();
              });
      process.kill();
      assertThat(process.isAlive()).isFalse();
      assertThat(process.usage()).isEmpty();
    }
  }

  @Test
  void aProcessThatEndsTooEarlyIsNamedWithItsLastWords() throws Exception {
    try (JavaProcess process = JavaProcess.start(command("early", Broken.class))) {
      assertThatThrownBy(() -> process.awaitLine("ready", Patience.LIMIT))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("early has ended")
          .hasMessageContaining("out of luck");
    }
  }

  private JavaCommand command(String name, Class<?> main) {
    return command(name, main, directory);
  }

  private static JavaCommand command(String name, Class<?> main, Path directory) {
    return new JavaCommand(
        name,
        List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
        System.getProperty("java.class.path"),
        main.getName(),
        List.of(directory.toString()),
        Map.of(),
        directory);
  }

  /** Starts a child and stays. */
  public static final class Parent {
    private Parent() {}

    public static void main(String[] args) throws Exception {
      Path directory = Path.of(args[0]);
      JavaProcess child = JavaProcess.start(command("child", Child.class, directory));
      child.awaitLine("ready", Patience.LIMIT);
      Files.writeString(directory.resolve("child.pid"), Long.toString(child.pid()));
      System.out.println("started");
      new CountDownLatch(1).await();
    }
  }

  /** Stays. */
  public static final class Child {
    private Child() {}

    public static void main(String[] args) throws Exception {
      System.out.println("ready");
      new CountDownLatch(1).await();
    }
  }

  /** Ends at once. */
  public static final class Broken {
    private Broken() {}

    public static void main(String[] args) {
      System.out.println("out of luck");
      System.exit(1);
    }
  }
}
