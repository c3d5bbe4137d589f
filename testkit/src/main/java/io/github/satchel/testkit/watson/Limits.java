package io.github.satchel.testkit.watson;

/**
 * What the service takes.
 *
 * @param minImages images in a zip, at least
 * @param maxImages images in a zip, at most
 * @param maxZipBytes bytes of a zip, at most
 * @param maxCallBytes bytes of a call's body, at most
 * @param maxUnauthorizedBytes bytes of a call's body, at most, when its key is no good
 * @param minSide width and height of an image in pixels, at least
 * @param maxCallsAtOnce calls under way at once with one key
 * @param maxCallsPerSecond calls begun in any second of the clock with one key
 */
public record Limits(
    int minImages,
    int maxImages,
    long maxZipBytes,
    long maxCallBytes,
    long maxUnauthorizedBytes,
    int minSide,
    int maxCallsAtOnce,
    int maxCallsPerSecond) {
  /** Those of the real service, which tells none for calls in a second. */
  public static final Limits REAL =
      new Limits(10, 10_000, 100_000_000, 256_000_000, 1_000_000, 32, 30, Integer.MAX_VALUE);

  public Limits withMaxCallsPerSecond(int calls) {
    return new Limits(
        minImages,
        maxImages,
        maxZipBytes,
        maxCallBytes,
        maxUnauthorizedBytes,
        minSide,
        maxCallsAtOnce,
        calls);
  }
}
