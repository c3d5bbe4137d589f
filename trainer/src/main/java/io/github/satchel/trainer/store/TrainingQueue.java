package io.github.satchel.trainer.store;

import io.github.satchel.trainer.api.Answer;
import io.github.satchel.trainer.api.Classifier;
import io.github.satchel.trainer.api.Classifiers;
import io.github.satchel.trainer.api.Key;
import io.github.satchel.trainer.api.Refusal;
import io.github.satchel.trainer.api.TrainingData;
import io.github.satchel.trainer.api.ZippedExamples;
import io.github.satchel.trainer.embedding.Embedder;
import io.github.satchel.trainer.embedding.UnreadablePictureException;
import io.github.satchel.trainer.head.LinearHead;
import io.github.satchel.trainer.store.StoredClassifier.Upload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains classifiers of a {@link ClassifierStore} one after another on a few threads, those first
 * that came first, and applies them. What waited or was under way when a process ended is trained
 * by the next.
 */
public final class TrainingQueue implements Classifiers, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingQueue.class);
  private static final Answer BUSY = Answer.TOO_MANY_CALLS.withRetryAfter("5");
  private static final int HEADS_IN_MEMORY = 64;
  private static final int MAX_CLASSIFYING = 64;
  private static final long CLOSE_SECONDS = 30;

  private final ClassifierStore store;
  private final Embedder embedder;
  private final String network;
  private final Training training;
  private final Clock clock;
  private final int maxWaiting;
  private final Semaphore places;
  private final Semaphore classifying = new Semaphore(MAX_CLASSIFYING);
  private final ThreadPoolExecutor threads;
  private final Map<String, CachedHead> heads =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, CachedHead> eldest) {
              return size() > HEADS_IN_MEMORY;
            }
          });

  private record CachedHead(Instant trained, LinearHead head) {}

  /**
   * Opens the queue, and goes on with what is unfinished in the store.
   *
   * @param trainings how many train at once
   * @param maxWaiting how many may wait beside them
   */
  public TrainingQueue(
      ClassifierStore store,
      Embedder embedder,
      String network,
      Training training,
      int trainings,
      int maxWaiting,
      Clock clock) {
    this.store = store;
    this.embedder = embedder;
    this.network = network;
    this.training = training;
    this.clock = clock;
    this.maxWaiting = maxWaiting;
    places = new Semaphore(trainings + maxWaiting);
    List<StoredClassifier> unfinished =
        store.all().stream().filter(record -> record.trained() == null).toList();
    var number = new AtomicInteger();
    threads =
        new ThreadPoolExecutor(
            trainings,
            trainings,
            0,
            TimeUnit.SECONDS,
            // Those of the last process come on top.
            new ArrayBlockingQueue<>(trainings + maxWaiting + unfinished.size()),
            work -> new Thread(work, "trainer-" + number.incrementAndGet()));
    for (StoredClassifier record : unfinished) {
      LOG.info(
          "Classifier {} was not ready when the trainer stopped; training it now", record.id());
      threads.execute(() -> train(record.id()));
    }
  }

  @Override
  public List<Classifier> list(Key key) {
    return of(key).map(this::shown).toList();
  }

  @Override
  public Classifier get(Key key, String id) throws Refusal {
    return shown(record(key, id));
  }

  @Override
  public Classifier create(Key key, String id, TrainingData data, boolean optedOut)
      throws IOException, Refusal {
    String name = data.name();
    if (name == null) {
      throw new IllegalArgumentException("a name is needed");
    }
    takePlace();
    try {
      Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
      Map<String, Path> files = new LinkedHashMap<>();
      List<Upload> uploads = uploads(data, files);
      var record =
          new StoredClassifier(
              id,
              name,
              key.name(),
              now,
              now,
              null,
              data.classes(),
              null,
              optedOut,
              uploads,
              List.of(),
              null);
      synchronized (this) {
        int taken = (int) of(key).count();
        if (taken >= key.slots()) {
          throw new Refusal(Answer.planFull(key.slots(), taken));
        }
        store.add(record, files);
      }
      threads.execute(() -> trainAndLeave(id));
      return shown(record);
    } catch (IOException | Refusal | RuntimeException e) {
      places.release();
      throw e;
    }
  }

  @Override
  public Classifier update(Key key, String id, TrainingData data) throws IOException, Refusal {
    takePlace();
    try {
      StoredClassifier changed;
      synchronized (this) {
        StoredClassifier old = record(key, id);
        if (old.trained() == null) {
          throw new Refusal(Answer.inputError("Cannot update a classifier while it trains"));
        }
        Map<String, Path> files = new LinkedHashMap<>();
        List<Upload> uploads = uploads(data, files);
        for (Map.Entry<String, Path> file : files.entrySet()) {
          store.put(id, file.getKey(), file.getValue());
        }
        List<String> classes =
            Stream.concat(old.classes().stream(), data.classes().stream()).distinct().toList();
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        changed = old.retraining(classes, uploads, now);
        store.replace(changed);
      }
      threads.execute(() -> trainAndLeave(id));
      return shown(changed);
    } catch (IOException | Refusal | RuntimeException e) {
      places.release();
      throw e;
    }
  }

  @Override
  public Classifier delete(Key key, String id) throws IOException, Refusal {
    StoredClassifier record = record(key, id);
    heads.remove(id);
    store.delete(id);
    return shown(record);
  }

  @Override
  public List<Score> classify(Key key, String id, byte[] picture)
      throws IOException, InterruptedException, Refusal {
    StoredClassifier record = record(key, id);
    if (!classifying.tryAcquire()) {
      throw new Refusal(BUSY);
    }
    try {
      double[] confidences = head(record).confidences(embedder.embed(picture));
      List<Score> scores = new ArrayList<>();
      for (int c = 0; c < record.classes().size(); c++) {
        scores.add(new Score(record.classes().get(c), confidences[c]));
      }
      return scores;
    } catch (UnreadablePictureException e) {
      throw new Refusal(Answer.inputError("The picture cannot be decoded"));
    } finally {
      classifying.release();
    }
  }

  /** The records behind the classifiers of a key, oldest first. */
  public List<StoredClassifier> records(Key key) {
    return of(key).toList();
  }

  /** How many wait or train now. */
  public int unfinished() {
    return threads.getActiveCount() + threads.getQueue().size();
  }

  private Stream<StoredClassifier> of(Key key) {
    return store.all().stream().filter(record -> record.key().equals(key.name()));
  }

  private StoredClassifier record(Key key, String id) throws Refusal {
    return store
        .get(id)
        .filter(record -> record.key().equals(key.name()))
        .orElseThrow(() -> new Refusal(Answer.NOT_FOUND));
  }

  private Classifier shown(StoredClassifier record) {
    Quality quality = record.quality();
    return new Classifier(
        record.id(),
        record.name(),
        record.key(),
        record.status(),
        record.created(),
        record.updated(),
        record.classes(),
        record.explanation(),
        record.optedOut(),
        quality == null ? null : quality.verbose(record.classes()));
  }

  private LinearHead head(StoredClassifier record) throws IOException {
    CachedHead cached = heads.get(record.id());
    Instant trained = record.trained();
    if (cached != null && cached.trained().equals(trained)) {
      return cached.head();
    }
    LinearHead head =
        HeadFile.read(store.directory(record.id()).resolve(ClassifierStore.HEAD), network);
    if (trained != null) {
      heads.put(record.id(), new CachedHead(trained, head));
    }
    return head;
  }

  private void takePlace() throws Refusal {
    if (!places.tryAcquire()) {
      LOG.warn("{} trainings are waiting; refusing a create with 429", maxWaiting);
      throw new Refusal(BUSY);
    }
  }

  private static List<Upload> uploads(TrainingData data, Map<String, Path> files) {
    List<Upload> uploads = new ArrayList<>();
    for (ZippedExamples zip : data.examples()) {
      String name = "upload-" + uploads.size() + ".zip";
      uploads.add(new Upload(zip.className(), name));
      files.put(name, zip.zip());
    }
    return uploads;
  }

  private void trainAndLeave(String id) {
    try {
      train(id);
    } finally {
      places.release();
    }
  }

  private void train(String id) {
    StoredClassifier record = store.get(id).orElse(null);
    if (record == null || record.trained() != null) {
      return;
    }
    try {
      training.train(record);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the trainer ends; the next one trains it
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      if (threads.isShutdown()) {
        return; // an interrupted thread's files close; the next process trains it
      }
      if (Files.exists(store.directory(id))) {
        LOG.error("Training classifier {} failed", id, e);
        fail(record);
      }
    }
  }

  private void fail(StoredClassifier record) {
    try {
      store.replace(record.failed("The trainer is broken; its log says how.", clock.instant()));
    } catch (IOException e) {
      LOG.error("Classifier {} stays in training until the trainer starts again", record.id(), e);
    }
  }

  /** Interrupts what trains; the next process does it again. */
  @Override
  public void close() {
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("A training did not end within {} s", CLOSE_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
