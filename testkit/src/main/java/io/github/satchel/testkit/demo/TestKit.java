package io.github.satchel.testkit.demo;

import io.github.satchel.cli.Satchel;
import io.github.satchel.job.SatchelConfiguration.InvalidConfigurationException;
import java.util.List;
import picocli.CommandLine;

/** Starts the commands that need the stand-ins. */
public final class TestKit {

  private TestKit() {}

  public static void main(String[] args) {
    Satchel.start(commandLine(), args);
  }

  /** The commands {@code demo}, {@code services}, {@code pictures} and {@code press}. */
  public static CommandLine commandLine() {
    return Satchel.commandLine(
        List.of(
            new DemoCommand(), new ServicesCommand(), new PicturesCommand(), new PressCommand()),
        List.of(InvalidConfigurationException.class));
  }
}
