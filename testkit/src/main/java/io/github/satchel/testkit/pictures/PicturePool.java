package io.github.satchel.testkit.pictures;

import static java.util.stream.Collectors.toCollection;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;

/**
 * The distinct pictures behind an endless sequence: picture {@code n} is the one in place {@code n}
 * modulo the size. Each is drawn when it is first asked for, and kept.
 */
final class PicturePool implements PictureSource {
  /** Of every twenty pictures. */
  private static final Map<PictureKind, Integer> SHARES =
      Map.of(
          PictureKind.PHOTO, 10,
          PictureKind.WEBCAM, 4,
          PictureKind.DRAWING, 3,
          PictureKind.GIF, 2,
          PictureKind.LARGE_PHOTO, 1);

  private final long seed;
  private final List<PictureKind> kinds;
  private final Executor painters;
  private final Map<Integer, CompletableFuture<Picture>> drawn = new ConcurrentHashMap<>();

  PicturePool(long seed, int size, Executor painters) {
    this.seed = seed;
    this.painters = painters;
    List<PictureKind> twenty = new ArrayList<>();
    for (PictureKind kind : PictureKind.values()) {
      twenty.addAll(Collections.nCopies(SHARES.getOrDefault(kind, 0), kind));
    }
    kinds =
        IntStream.range(0, size)
            .mapToObj(i -> twenty.get(i % twenty.size()))
            .collect(toCollection(ArrayList::new));
    Collections.shuffle(kinds, new Random(seed));
  }

  PictureKind kind(long n) {
    return kinds.get(place(n));
  }

  @Override
  public String extension(long n) {
    return kind(n).extension();
  }

  @Override
  public CompletableFuture<Picture> picture(long n) {
    return drawn.computeIfAbsent(
        place(n), i -> CompletableFuture.supplyAsync(() -> draw(kinds.get(i), i), painters));
  }

  @Override
  public int distinct() {
    return kinds.size();
  }

  @Override
  public CompletableFuture<Picture> toSpoil() {
    return drawn.computeIfAbsent(
        kinds.size(),
        i -> CompletableFuture.supplyAsync(() -> draw(PictureKind.WEBCAM, i), painters));
  }

  private Picture draw(PictureKind kind, int place) {
    return new Picture(Painter.paint(kind, seed + place), kind.contentType());
  }

  private int place(long n) {
    return Math.floorMod(n, kinds.size());
  }
}
