package io.github.satchel.testkit.pictures;

import picocli.CommandLine.Option;

/** The option of commands that draw pictures. */
public final class SeedOption {

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "The same seed draws the same pictures (${DEFAULT-VALUE}).")
  private long seed;

  public long seed() {
    return seed;
  }
}
