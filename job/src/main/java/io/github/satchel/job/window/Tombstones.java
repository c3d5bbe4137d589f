package io.github.satchel.job.window;

import io.github.satchel.connectors.training.operator.KeyedOperator;
import io.github.satchel.connectors.training.operator.KeyedWork;
import io.github.satchel.contract.Event;
import io.github.satchel.job.metrics.JobMetric;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What stays of the current key's request after its end, for a while. A {@link Tombstone} turns
 * away images that come late, and has the outcome told again to whoever sends the request again;
 * when it goes, the journals of the request go with it.
 *
 * <p>That while begins with the outcome: that of a trainer comes back by the topic of events, and
 * until then the archives are needed, however long that takes. The tombstone also stays until a
 * checkpoint with the outcome is complete: after a failure the job would serve the request a second
 * time, and it is the journals that make it end as before. And it stays until the store is clean:
 * what fails is tried again later, and so is what a crash breaks off.
 */
final class Tombstones {

  private static final Logger LOG = LoggerFactory.getLogger(Tombstones.class);

  /**
   * From a removal from the store to the next attempt, if it fails, if a crash breaks it off, or if
   * it has to wait for a checkpoint.
   */
  static final Duration REMOVE_AGAIN = Duration.ofMinutes(1);

  /** Of the waits between such attempts, which double. */
  private static final Duration LONGEST_WAIT = Duration.ofHours(1);

  private static final int MAX_DOUBLINGS = 6;
  private static final String ASKED_AGAIN = "asked-again";

  private final KeyedOperator<?> operator;
  private final Duration remember;
  private final long keepUntil;
  private final ArchiveStore archives;
  private final StoreWork store;
  private final KeyedWork cleaner;
  private final BiConsumer<String, Decision> outcomes;
  private final Counter removalsFailed;
  private final ValueState<Tombstone> tombstone;
  private final ValueState<Boolean> askedAgain;

  /** Requests that the cleaner has not done with. */
  private final Set<String> removing = new HashSet<>();

  /**
   * @param remember how long a request is remembered after its end
   * @param keepUntil processing time before which none is forgotten, in milliseconds
   * @param store reads decisions
   * @param cleaner removes files; for these only, as a class of yesterday that is forgotten must
   *     not hold up one of today
   * @param outcomes takes what is told again of a request
   */
  Tombstones(
      KeyedOperator<?> operator,
      Duration remember,
      long keepUntil,
      ArchiveStore archives,
      StoreWork store,
      KeyedWork cleaner,
      BiConsumer<String, Decision> outcomes) {
    this.operator = operator;
    this.remember = remember;
    this.keepUntil = keepUntil;
    this.archives = archives;
    this.store = store;
    this.cleaner = cleaner;
    this.outcomes = outcomes;
    removalsFailed = JobMetric.WINDOW_REMOVALS_FAILED.counter(operator.getMetricGroup());
    tombstone = operator.state("tombstone", TypeInformation.of(Tombstone.class));
    askedAgain = operator.state(ASKED_AGAIN, Types.BOOLEAN);
  }

  /** Goes on with what was under way at the last checkpoint. */
  void resume() throws IOException {
    for (String id : operator.keysWith(ASKED_AGAIN)) {
      operator.setCurrentKey(id);
      Tombstone ended = find();
      if (ended == null || !ended.training()) {
        tellAgain(id);
      }
    }
  }

  /** Null if the request has not ended, or is forgotten. */
  @Nullable Tombstone find() throws IOException {
    return tombstone.value();
  }

  /**
   * The request has ended.
   *
   * @param keepArchives whether the archives outlive the tombstone if a receiver gets them
   * @param forgotten whether it ended as it is to be forgotten
   */
  void add(Decision decision, boolean keepArchives, boolean forgotten) throws IOException {
    Event outcome = decision.outcome();
    bury(
        new Tombstone(
            operator.now() + remember.toMillis(),
            outcome == null ? keepArchives : outcome.type() == Event.Type.STORED,
            0,
            operator.lastCheckpoint(),
            decision.goesToEndpoint(),
            forgotten,
            decision.packed() != null));
  }

  /** The request, which has ended, was sent again. */
  void repeat(String id, Tombstone ended) throws IOException {
    if (ended.canBeTold() && askedAgain.value() == null) {
      LOG.info("Request {} is a repetition; its outcome is sent again", id);
      askedAgain.update(true);
      if (!ended.training()) {
        tellAgain(id);
      } // else once the trainer is done: what it tells next could be of either time
    }
  }

  /** The trainer has told the request's outcome. */
  void trained(String id, Tombstone ended) throws IOException {
    postpone(ended.trained(operator.lastCheckpoint()), remember);
    if (askedAgain.value() != null) {
      tellAgain(id);
    }
  }

  /** The request is forgotten: nothing is told of it any more. */
  void withdraw(Tombstone ended) throws IOException {
    tombstone.update(ended.asForgotten());
    askedAgain.clear();
  }

  /** The timer of a request that has ended. */
  void onTimer(String id, Tombstone ended, long time) throws IOException {
    if (time == ended.forgetAt()) {
      if (operator.now() < keepUntil && ended.removals() == 0) {
        postpone(ended, Duration.ofMillis(keepUntil - operator.now()));
      } else {
        forget(id, ended);
      }
    }
  }

  private void tellAgain(String id) {
    store.submit(
        id,
        () -> Optional.ofNullable(archives.readDecision(id)),
        decision -> {
          askedAgain.clear();
          Tombstone ended = find();
          if (ended == null || ended.forgotten()) {
            return;
          }
          decision.ifPresent(known -> outcomes.accept(id, known));
          boolean training = decision.map(known -> known.packed() != null).orElse(false);
          tombstone.update(ended.training(training));
        });
  }

  private void forget(String id, Tombstone ended) throws IOException {
    if (ended.training() && !ended.forgotten()) {
      // Told again, should the outcome have got lost; a trainer that has the request ignores it.
      postpone(ended, remember);
      askedAgain.update(true);
      tellAgain(id);
      return;
    }
    if (askedAgain.value() != null || !operator.survivesFailure(ended.after())) {
      postpone(ended, REMOVE_AGAIN);
      return;
    }
    long wait =
        Math.min(
            REMOVE_AGAIN.toMillis() << Math.min(ended.removals(), MAX_DOUBLINGS),
            LONGEST_WAIT.toMillis());
    bury(ended.tried(operator.now() + wait));
    if (!removing.add(id)) {
      return;
    }
    cleaner.submit(
        id,
        () -> remove(id, ended.keepArchives()),
        removed -> {
          removing.remove(id);
          Tombstone last = find();
          if (removed && last != null) {
            operator.deleteTimer(last.forgetAt());
            tombstone.clear();
          }
        });
  }

  /** Whether it worked; a directory that stays is no reason to fail the job. */
  private boolean remove(String id, boolean keepArchives) {
    try {
      if (keepArchives) {
        archives.deleteDecision(id);
      } else {
        archives.delete(id);
      }
      return true;
    } catch (IOException | RuntimeException e) {
      removalsFailed.inc();
      LOG.warn("Cannot remove the files of request {} yet: {}", id, e.toString());
      return false;
    }
  }

  /** The tombstone goes that much later than now. */
  private void postpone(Tombstone ended, Duration wait) throws IOException {
    operator.deleteTimer(ended.forgetAt());
    bury(ended.until(operator.now() + wait.toMillis()));
  }

  private void bury(Tombstone ended) throws IOException {
    tombstone.update(ended);
    operator.setTimer(ended.forgetAt());
  }
}
