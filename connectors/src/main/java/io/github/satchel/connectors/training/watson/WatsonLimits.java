package io.github.satchel.connectors.training.watson;

import io.github.satchel.connectors.training.ExampleArchive;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.transport.UploadException;
import io.github.satchel.connectors.training.transport.Verdict;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/** What Watson Visual Recognition v3 takes, as far as it can be told before an upload. */
final class WatsonLimits {

  private static final int MIN_ARCHIVES = 2;
  private static final int MIN_IMAGES = 10;
  private static final int MAX_IMAGES = 10_000;
  private static final long MAX_ARCHIVE_BYTES = 100_000_000;
  private static final long MAX_CALL_BYTES = 256_000_000;
  private static final Pattern REFUSED_IN_CLASS = Pattern.compile("[$*\\-{}\\\\|/'\"`\\[\\]]");

  private WatsonLimits() {}

  /**
   * Holds a training against the rules.
   *
   * @throws UploadException {@link Verdict#REFUSED} with the rule that is broken
   */
  static void check(Training training) throws UploadException {
    int count = training.archives().size();
    require(
        count >= MIN_ARCHIVES,
        "at least %d classes are needed, there are %d".formatted(MIN_ARCHIVES, count));
    Set<String> classes = new HashSet<>();
    for (ExampleArchive archive : training.archives()) {
      check(archive);
      require(
          classes.add(archive.className()),
          "class %s is there twice".formatted(archive.className()));
    }
    require(
        training.bytes() <= MAX_CALL_BYTES,
        "all archives together may have %d bytes, they have %d"
            .formatted(MAX_CALL_BYTES, training.bytes()));
  }

  private static void check(ExampleArchive archive) throws UploadException {
    String name = archive.className();
    require(!name.isBlank(), "a class has no name");
    require(
        !REFUSED_IN_CLASS.matcher(name).find(),
        "the name of class %s may not hold any of $ * - { } \\ | / ' \" ` [ ]".formatted(name));
    require(
        archive.images() == 0 || archive.images() >= MIN_IMAGES,
        "class %s needs at least %d images, it has %d"
            .formatted(name, MIN_IMAGES, archive.images()));
    require(
        archive.images() <= MAX_IMAGES,
        "class %s may have %d images, it has %d".formatted(name, MAX_IMAGES, archive.images()));
    require(
        archive.bytes() <= MAX_ARCHIVE_BYTES,
        "the archive of class %s may have %d bytes, it has %d"
            .formatted(name, MAX_ARCHIVE_BYTES, archive.bytes()));
  }

  private static void require(boolean kept, String rule) throws UploadException {
    if (!kept) {
      throw new UploadException(Verdict.REFUSED, rule);
    }
  }
}
