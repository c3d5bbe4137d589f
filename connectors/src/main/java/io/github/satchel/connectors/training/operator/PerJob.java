package io.github.satchel.connectors.training.operator;

import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/** Something that the subtasks of a job in one process share, while any of them has it open. */
public final class PerJob<T> {

  private record Shared<T>(T value, int users) {}

  private final ConcurrentMap<String, Shared<T>> byJob = new ConcurrentHashMap<>();

  /** That of a job, which the first one makes; to be closed as often as it is opened. */
  public T open(String job, Supplier<T> make) {
    Shared<T> shared =
        byJob.compute(
            job,
            (id, known) ->
                known == null
                    ? new Shared<>(make.get(), 1)
                    : new Shared<>(known.value(), known.users() + 1));
    return Objects.requireNonNull(shared).value();
  }

  public void close(String job) {
    byJob.computeIfPresent(
        job,
        (id, known) -> known.users() == 1 ? null : new Shared<>(known.value(), known.users() - 1));
  }
}
