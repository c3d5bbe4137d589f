package io.github.satchel.job.forget;

import io.github.satchel.connectors.training.operator.KeyedOperator;
import io.github.satchel.connectors.training.operator.KeyedWork;
import io.github.satchel.contract.Event;
import io.github.satchel.job.cache.CacheSettings;
import io.github.satchel.job.cache.Directories;
import io.github.satchel.job.cache.ImageCache;
import io.github.satchel.job.model.Forget;
import io.github.satchel.job.model.Subject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.TimeUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keyed by tally: waits until every request of a forget is out of all stages, removes what lies in
 * the store, and answers.
 *
 * <p>Among that are the journals, which make a request end as before if a failure has it served a
 * second time. So nothing is removed before a checkpoint is complete that knows of the requests'
 * ends; until one ever is, a failure would start with empty state.
 *
 * <p>The task thread never waits for the store. A thread of {@link KeyedWork} does, and tries until
 * it succeeds; after a restore it begins anew, and then counts what is left.
 */
public final class ForgetOperator extends KeyedOperator<Event>
    implements OneInputStreamOperator<Removal, Event> {

  private static final Logger LOG = LoggerFactory.getLogger(ForgetOperator.class);

  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
  private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
  private static final int MAX_DOUBLINGS = 9;

  private static final String FORGET = "forget";
  private static final String AGAIN = "again";

  private final String archives;
  private final @Nullable CacheSettings cached;
  private final Duration remember;
  private final Duration underWay;

  private transient KeyedWork removing;
  private transient @Nullable ImageCache cache;

  private transient ValueState<Forget> forget;

  /** By request. */
  private transient MapState<String, Removal> removals;

  /** Requests that are not out of all stages yet. */
  private transient ValueState<Integer> missing;

  /** Whose cached pictures are deleted once more, as some were under way the first time. */
  private transient ValueState<Subject> again;

  /**
   * @param archives directory of the archives, on a Flink file system
   * @param cached null if no pictures are cached
   * @param remember how long it is known whose a request was
   * @param underWay how long pictures of a request that has ended may still be under way
   */
  @SuppressWarnings("NullAway.Init") // the rest comes with open()
  public ForgetOperator(
      String archives, @Nullable CacheSettings cached, Duration remember, Duration underWay) {
    this.archives = archives;
    this.cached = cached;
    this.remember = remember;
    this.underWay = underWay;
  }

  @Override
  public void open() throws Exception {
    super.open();
    forget = state(FORGET, TypeInformation.of(Forget.class));
    removals = mapState("removals", Types.STRING, TypeInformation.of(Removal.class));
    missing = state("missing", Types.INT);
    again = state(AGAIN, TypeInformation.of(Subject.class));
    cache = cached == null ? null : new ImageCache(cached, Clock.systemUTC());
    removing = work("satchel-forget", 1, CLOSE_LIMIT);
    for (String tally : keysWith(FORGET)) {
      setCurrentKey(tally);
      if (missing.value() == 0) {
        remove(tally);
      }
    }
    for (String tally : keysWith(AGAIN)) {
      setCurrentKey(tally);
      deleteLater();
    }
  }

  @Override
  public void processElement(StreamRecord<Removal> element) throws Exception {
    Removal removal = element.getValue();
    String tally = removal.forget().tally();
    Integer open = missing.value();
    int left = open == null ? removal.forget().requests() : open;
    if (removal.requestId() != null && !removals.contains(removal.requestId())) {
      removals.put(removal.requestId(), removal);
      left--;
    }
    forget.update(removal.forget());
    missing.update(left);
    if (left > 0) {
      return;
    }
    if (survivesFailure(lastCheckpoint())) {
      remove(tally);
    } else {
      awaitCheckpoint(tally);
    }
  }

  @Override
  protected void onSurvival(String tally) {
    remove(tally);
  }

  private void remove(String tally) {
    removing.submit(tally, () -> removed(tally), this::answer);
  }

  /** On a thread of its own. */
  private Event.Forgotten removed(String tally) throws InterruptedException {
    Forget wanted = removing.ask(tally, () -> Objects.requireNonNull(forget.value()));
    List<Removal> requests =
        removing.ask(
            tally,
            () -> {
              List<Removal> all = new ArrayList<>();
              removals.values().forEach(all::add);
              return all;
            });
    List<String> remaining =
        new ArrayList<>(
            List.of(
                "Messages in the topics, until their retention ends",
                "Requests from more than %s ago, and their classifiers"
                    .formatted(TimeUtils.formatWithHighestUnit(remember)),
                "What the training service keeps beside its classifiers, and all that an endpoint"
                    + " received"));
    int deleted = 0;
    int classifiers = 0;
    for (Removal each : requests) {
      Path directory = new Path(archives, Objects.requireNonNull(each.requestId()));
      deleted += persistently(() -> Directories.delete(directory, ".zip"));
      classifiers += each.classifierDeleted() ? 1 : 0;
      if (each.remaining() != null) {
        remaining.add(each.remaining());
      }
    }
    int pictures = deletePictures(wanted.subject());
    return new Event.Forgotten(requests.size(), deleted, pictures, classifiers, remaining);
  }

  private int deletePictures(Subject subject) throws InterruptedException {
    ImageCache pictures = cache;
    return pictures == null ? 0 : persistently(() -> pictures.forget(subject));
  }

  private <T> T persistently(Callable<T> removal) throws InterruptedException {
    for (int attempt = 0; ; attempt++) {
      try {
        return removal.call();
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception e) { // clients of stores throw any
        LOG.warn("What is to be forgotten cannot be removed yet: {}", e.toString());
        if (removing.closedWithin(
            FIRST_WAIT.multipliedBy(1L << Math.min(attempt, MAX_DOUBLINGS)))) {
          throw new InterruptedException("The task has ended");
        }
      }
    }
  }

  private void answer(Event.Forgotten removed) throws Exception {
    Forget done = Objects.requireNonNull(forget.value());
    LOG.info(
        "Forget {} is done: {} requests, {} archives, {} cached pictures, {} classifiers",
        done.requestId(),
        removed.requests(),
        removed.archives(),
        removed.pictures(),
        removed.classifiers());
    Instant now = Instant.ofEpochMilli(now());
    output.collect(new StreamRecord<>(Event.forgotten(done.requestId(), removed, now)));
    forget.clear();
    removals.clear();
    missing.clear();
    if (cache != null) {
      again.update(done.subject());
      deleteLater();
    }
  }

  private void deleteLater() {
    setTimer(now() + underWay.toMillis());
  }

  @Override
  public void onProcessingTime(InternalTimer<String, VoidNamespace> timer) throws Exception {
    Subject subject = again.value();
    if (subject != null) {
      removing.submit(timer.getKey(), () -> deletePictures(subject), deleted -> again.clear());
    }
  }

  @Override
  public void close() throws Exception {
    if (removing != null) {
      removing.close();
    }
    super.close();
  }
}
