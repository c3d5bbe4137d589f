package io.github.satchel.trainer.store;

import io.github.satchel.trainer.api.Limits;
import io.github.satchel.trainer.api.ZipCheck;
import io.github.satchel.trainer.embedding.Embedder;
import io.github.satchel.trainer.embedding.UnreadablePictureException;
import io.github.satchel.trainer.head.LeaveOneOut;
import io.github.satchel.trainer.head.Ridge;
import io.github.satchel.trainer.store.StoredClassifier.Example;
import io.github.satchel.trainer.store.StoredClassifier.Upload;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Trains what waits in a store: zips to vectors, vectors to a head, and what the head is worth. */
public final class Training {
  private static final Logger LOG = LoggerFactory.getLogger(Training.class);

  /** What stands for the class of negative examples, in a confusion matrix and with thumbnails. */
  static final String NONE_OF_THESE = "none of these";

  private final ClassifierStore store;
  private final Embedder embedder;
  private final String network;
  private final Limits limits;
  private final int thumbnails;
  private final Clock clock;

  /**
   * Trains what is in a store.
   *
   * @param network the id of the embedder's network
   * @param thumbnails of the most doubtful pictures that are kept with a classifier, at most
   */
  public Training(
      ClassifierStore store,
      Embedder embedder,
      String network,
      Limits limits,
      int thumbnails,
      Clock clock) {
    this.store = store;
    this.embedder = embedder;
    this.network = network;
    this.limits = limits;
    this.thumbnails = thumbnails;
    this.clock = clock;
  }

  /** A reason for the teacher, why a training fails. */
  private static final class TrainingException extends Exception {
    TrainingException(String message) {
      super(message);
    }
  }

  /** Trains a classifier that waits, and leaves it ready or failed. */
  public void train(StoredClassifier record) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    StoredClassifier trained;
    try {
      trained = trained(record);
    } catch (TrainingException e) {
      trained = record.failed(String.valueOf(e.getMessage()), clock.instant());
    }
    if (store.replace(trained)) {
      LOG.info(
          "Classifier {} is {}: {} pictures in {} ms{}",
          record.id(),
          trained.status(),
          trained.quality() == null ? 0 : trained.quality().pictures(),
          Duration.ofNanos(System.nanoTime() - begin).toMillis(),
          trained.explanation() == null ? "" : ", " + trained.explanation());
    }
  }

  private StoredClassifier trained(StoredClassifier record)
      throws IOException, InterruptedException, TrainingException {
    Path directory = store.directory(record.id());
    List<Example> examples = new ArrayList<>(record.examples());
    List<Integer> known = examples.stream().map(one -> label(record, one.className())).toList();
    List<Shown> shown = new ArrayList<>();
    try (var vectors =
        new VectorFile(directory.resolve(ClassifierStore.VECTORS), embedder.dimensions(), known)) {
      for (Upload upload : record.uploads()) {
        read(record, upload, directory, examples, shown, vectors);
      }
      int classes =
          record.classes().size()
              + (examples.stream().anyMatch(one -> one.className() == null) ? 1 : 0);
      Ridge.Trained result = Ridge.train(vectors, classes);
      store.put(record.id(), ClassifierStore.HEAD, HeadFile.write(result.head(), network));
      Quality quality = quality(record, examples, shown, result.leaveOneOut(), classes);
      return record.ready(record.optedOut() ? List.of() : examples, quality, clock.instant());
    }
  }

  /** Where a picture that was trained with just now can be read again. */
  private record Shown(Path zip, String entry) {}

  private void read(
      StoredClassifier record,
      Upload upload,
      Path directory,
      List<Example> examples,
      List<Shown> shown,
      VectorFile vectors)
      throws IOException, InterruptedException, TrainingException {
    Path file = directory.resolve(upload.file());
    int label = label(record, upload.className());
    try (var zip = new ZipFile(file.toFile())) {
      for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        if (!entry.isDirectory()) {
          vectors.add(label, vector(zip, entry));
          while (shown.size() < examples.size()) {
            shown.add(new Shown(file, ""));
          }
          examples.add(new Example(upload.className(), entry.getName()));
          shown.add(new Shown(file, entry.getName()));
        }
      }
    }
  }

  private float[] vector(ZipFile zip, ZipEntry entry)
      throws IOException, InterruptedException, TrainingException {
    try {
      return embedder.cached(ZipCheck.read(zip, entry, limits.maxImageBytes()));
    } catch (UnreadablePictureException e) {
      throw new TrainingException("The picture " + entry.getName() + " cannot be decoded.");
    }
  }

  private static int label(StoredClassifier record, @Nullable String className) {
    return className == null ? record.classes().size() : record.classes().indexOf(className);
  }

  private static String className(StoredClassifier record, int label) {
    return label < record.classes().size() ? record.classes().get(label) : NONE_OF_THESE;
  }

  private Quality quality(
      StoredClassifier record,
      List<Example> examples,
      List<Shown> shown,
      LeaveOneOut left,
      int classes)
      throws IOException {
    int[][] counts = new int[classes][classes];
    List<Integer> positions = new ArrayList<>();
    for (int i = 0; i < left.size(); i++) {
      counts[left.labels()[i]][left.predicted(i)]++;
      positions.add(i);
    }
    positions.sort(
        Comparator.comparingDouble(
            position -> left.confidences()[position][left.labels()[position]]));
    List<Quality.Doubtful> doubtful = new ArrayList<>();
    for (int position : positions) {
      if (doubtful.size() == thumbnails) {
        break;
      }
      int index = left.indexes()[position];
      String thumbnail = "thumbnail-" + record.updated().toEpochMilli() + "-" + index + ".jpg";
      if (index < shown.size() && isShown(record, shown.get(index), thumbnail)) {
        int label = left.labels()[position];
        doubtful.add(
            new Quality.Doubtful(
                examples.get(index).picture(),
                className(record, label),
                className(record, left.predicted(position)),
                left.confidences()[position][label],
                thumbnail));
      }
    }
    List<List<Integer>> confusion = new ArrayList<>();
    for (int[] row : counts) {
      confusion.add(Arrays.stream(row).boxed().toList());
    }
    return new Quality(left.size(), left.accuracy(), confusion, doubtful);
  }

  private boolean isShown(StoredClassifier record, Shown picture, String thumbnail)
      throws IOException {
    if (picture.entry().isEmpty()) {
      return false; // of an earlier upload, which is not kept
    }
    try (var zip = new ZipFile(picture.zip().toFile())) {
      ZipEntry entry = zip.getEntry(picture.entry());
      byte[] image = ZipCheck.read(zip, entry, limits.maxImageBytes());
      store.put(record.id(), thumbnail, Embedder.thumbnail(image));
      return true;
    } catch (UnreadablePictureException e) {
      return false;
    }
  }
}
