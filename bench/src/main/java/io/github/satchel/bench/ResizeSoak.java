package io.github.satchel.bench;

import io.github.satchel.contract.OutputFormat;
import io.github.satchel.testkit.process.ProcessUsage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Resizes for long enough to see whether memory grows. */
@Command(
    name = "resize-soak",
    mixinStandardHelpOptions = true,
    description = "Resident memory over many pictures; fails if it ends 10 % over the first tenth.")
public final class ResizeSoak implements Callable<Integer> {

  private static final double ALLOWED_GROWTH = 1.1;

  @Option(names = "--pictures", required = true, description = "Directory of pictures.")
  private Path pictures = Path.of("");

  @Option(names = "--count", defaultValue = "50000", description = "Pictures to resize.")
  private int count;

  @Option(names = "--threads", defaultValue = "2", description = "Threads, a kernel each.")
  private int threads;

  private ResizeSoak() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new ResizeSoak()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    List<Picture> all = Picture.classes(pictures).values().stream().flatMap(List::stream).toList();
    var next = new AtomicInteger();
    long early = 0;
    long late = 0;
    var executor = Executors.newFixedThreadPool(threads);
    try {
      for (int tenth = 1; tenth <= 10; tenth++) {
        int end = (int) ((long) count * tenth / 10);
        var work = new ArrayList<Future<Void>>();
        for (int i = 0; i < threads; i++) {
          work.add(executor.submit(() -> resizeUpTo(end, next, all)));
        }
        for (Future<Void> each : work) {
          each.get();
        }
        late = ProcessUsage.ofThis().rss() >> 20;
        early = tenth == 1 ? late : early;
        System.out.printf(Locale.ROOT, "%6d pictures: %d MB resident%n", end, late);
      }
    } finally {
      executor.shutdownNow();
    }
    return late <= early * ALLOWED_GROWTH ? 0 : 1;
  }

  private static Void resizeUpTo(int end, AtomicInteger next, List<Picture> pictures)
      throws IOException {
    OutputFormat[] formats = {OutputFormat.PNG, OutputFormat.JPEG};
    try (Contestant.Resizer resizer = Contestant.NATIVE.open()) {
      for (int i = next.getAndIncrement(); i < end; i = next.getAndIncrement()) {
        Picture picture = pictures.get(i % pictures.size());
        resizer.resize(picture.content(), formats[i / pictures.size() % formats.length]);
      }
    }
    next.decrementAndGet(); // the number that was too large belongs to the next tenth
    return null;
  }
}
