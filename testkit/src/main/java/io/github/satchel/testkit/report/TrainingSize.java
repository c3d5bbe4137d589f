package io.github.satchel.testkit.report;

import picocli.CommandLine.Option;

/** Options of commands whose pupils train: how much each of them trains with. */
public final class TrainingSize {

  @Option(
      names = "--images",
      defaultValue = "15",
      description = "Pictures a label, 10 to 10000 (${DEFAULT-VALUE}).")
  private int images;

  @Option(
      names = "--labels",
      defaultValue = "2",
      description = "Labels a pupil, at least 2 (${DEFAULT-VALUE}).")
  private int labels;

  /** Pictures a label. */
  public int images() {
    return images;
  }

  /** Labels a pupil. */
  public int labels() {
    return labels;
  }

  /** Pictures a pupil. */
  public int pictures() {
    return labels * images;
  }

  /**
   * Says what is wrong with the options.
   *
   * @throws IllegalArgumentException with a sentence
   */
  public void check() {
    if (images < 10 || images > 10_000) {
      throw new IllegalArgumentException("--images must be 10 to 10000");
    }
    if (labels < 2) {
      throw new IllegalArgumentException("--labels must be at least 2");
    }
  }
}
