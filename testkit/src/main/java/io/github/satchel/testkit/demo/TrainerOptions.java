package io.github.satchel.testkit.demo;

import io.github.satchel.cli.DurationConverter;
import io.github.satchel.testkit.watson.FaultRates;
import io.github.satchel.testkit.watson.WatsonEmulator;
import io.github.satchel.trainer.api.Limits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options of the emulated training service. */
final class TrainerOptions {

  @Option(
      names = "--trainer-keys",
      defaultValue = "3",
      description = "Number of keys: pool-1, pool-2 and so on (${DEFAULT-VALUE}).")
  private int keys;

  @Option(
      names = "--trainer-slots",
      defaultValue = "1000",
      description = "Classifiers that each key can have (${DEFAULT-VALUE}).")
  private int slots;

  @Option(
      names = "--trainer-rate",
      description = "Calls a second that each key allows; more get 429. Default: unlimited.")
  private @Nullable Integer rate;

  @Option(
      names = "--trainer-train",
      defaultValue = "10s",
      converter = DurationConverter.class,
      paramLabel = "<time>",
      description = "How long a classifier trains (${DEFAULT-VALUE}).")
  private Duration trainingTime;

  @Option(
      names = "--trainer-fail",
      defaultValue = "0",
      paramLabel = "<share>",
      description = "Share of trainings that fail (${DEFAULT-VALUE}).")
  private double fail;

  @Option(
      names = "--trainer-reappear",
      converter = DurationConverter.class,
      paramLabel = "<time>",
      description =
          "Time after which a classifier reappears that was deleted while it trained. Default: never.")
  private @Nullable Duration reappearAfter;

  @Option(
      names = "--trainer-lose",
      defaultValue = "0",
      paramLabel = "<share>",
      description = "Share of calls that succeed but whose response is lost (${DEFAULT-VALUE}).")
  private double lose;

  @Option(
      names = "--trainer-delay",
      defaultValue = "0",
      paramLabel = "<share>",
      description =
          "Share of calls that are delayed by up to --trainer-delay-time (${DEFAULT-VALUE}).")
  private double delay;

  @Option(
      names = "--trainer-delay-time",
      defaultValue = "2s",
      converter = DurationConverter.class,
      paramLabel = "<time>",
      description = "(${DEFAULT-VALUE})")
  private Duration delayTime;

  @Option(
      names = "--trainer-error",
      defaultValue = "0",
      paramLabel = "<share>",
      description = "Share of calls that return 429, 5xx, or 200 with an error (${DEFAULT-VALUE}).")
  private double error;

  int keys() {
    return keys;
  }

  int slots() {
    return slots;
  }

  /** What goes wrong by chance. */
  FaultRates faults(long seed, CommandLine command) {
    try {
      return new FaultRates(lose, delay, error, fail, delayTime, seed);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command, "Of the trainer's shares " + e.getMessage(), e);
    }
  }

  /** Has an emulator behave so. */
  void apply(WatsonEmulator.Builder watson) {
    watson.trainingTime(trainingTime);
    if (rate != null) {
      watson.limits(Limits.REAL.withMaxCallsPerSecond(rate));
    }
    if (reappearAfter != null) {
      watson.reappearAfter(reappearAfter);
    }
  }
}
