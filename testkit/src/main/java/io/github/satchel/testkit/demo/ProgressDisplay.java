package io.github.satchel.testkit.demo;

import io.github.satchel.cli.Satchel;
import io.github.satchel.contract.Event;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Shows how far the pupils of a class are: a bar each on a terminal, else a line for each outcome.
 */
final class ProgressDisplay implements AutoCloseable {

  private static final Duration REFRESH = Duration.ofMillis(200);

  private final List<Pupil> pupils;
  private final Lesson lesson;
  private final @Nullable Consumer<String> lines;
  private final Map<Pupil, ProgressBar> bars = new LinkedHashMap<>();
  private final Map<Pupil, Event> shown = new LinkedHashMap<>();

  private ProgressDisplay(List<Pupil> pupils, Lesson lesson, @Nullable Consumer<String> lines) {
    this.pupils = pupils;
    this.lesson = lesson;
    this.lines = lines;
  }

  /** Bars if there is a terminal to draw them on, else lines. */
  static ProgressDisplay of(List<Pupil> pupils, Lesson lesson, Consumer<String> lines) {
    return new ProgressDisplay(pupils, lesson, Satchel.hasTerminal() ? null : lines);
  }

  /** Shows nothing. */
  static ProgressDisplay none(List<Pupil> pupils, Lesson lesson) {
    return new ProgressDisplay(pupils, lesson, line -> {});
  }

  /** Shows the progress until every request ended, or patience does. */
  void follow(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    boolean done = false;
    while (!done && System.nanoTime() < end) {
      done = lesson.await(REFRESH);
      pupils.forEach(this::show);
    }
  }

  private void show(Pupil pupil) {
    Event outcome = lesson.outcome(pupil);
    if (lines == null) {
      ProgressBar bar = bars.computeIfAbsent(pupil, ProgressDisplay::bar);
      bar.stepTo(lesson.settled(pupil));
      if (outcome != null) {
        bar.setExtraMessage(" " + ending(outcome));
      }
    } else if (outcome != null && shown.putIfAbsent(pupil, outcome) == null) {
      lines.accept(pupil.name() + " " + ending(outcome));
    }
  }

  private static String ending(Event outcome) {
    String reason = outcome.error() == null ? "" : ": " + outcome.error().message();
    return outcome.type().name().toLowerCase(Locale.ROOT) + reason;
  }

  private static ProgressBar bar(Pupil pupil) {
    return new ProgressBarBuilder()
        .setTaskName(pupil.name())
        .setInitialMax(pupil.images())
        .setUpdateIntervalMillis((int) REFRESH.toMillis())
        .hideEta()
        .build();
  }

  @Override
  public void close() {
    bars.values().forEach(ProgressBar::close);
  }
}
