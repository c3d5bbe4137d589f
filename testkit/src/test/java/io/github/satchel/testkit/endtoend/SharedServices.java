package io.github.satchel.testkit.endtoend;

import io.github.satchel.testkit.LocalServices;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.util.FileUtils;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests that ask for {@link LocalServices} the one stack of this JVM, started when needed.
 */
public final class SharedServices implements ParameterResolver {
  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == LocalServices.class;
  }

  @Override
  public LocalServices resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(Namespace.create(SharedServices.class))
        .computeIfAbsent(Stack.class, key -> Stack.start(), Stack.class)
        .services();
  }

  /** JUnit closes it with the last test. */
  private record Stack(LocalServices services, Path directory) implements AutoCloseable {
    static Stack start() {
      try {
        Path directory = Files.createTempDirectory("satchel-services-");
        return new Stack(LocalServices.builder(directory).watsonKeys(24, 1).start(), directory);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while starting", e);
      }
    }

    @Override
    public void close() throws IOException {
      try {
        services.close();
      } finally {
        FileUtils.deleteDirectory(directory.toFile());
      }
    }
  }
}
