package io.github.satchel.job.resize;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.OutputFormat;
import io.github.satchel.job.resize.kernel.KernelChoice;
import io.github.satchel.job.resize.kernel.ResizeSettings;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Damaged pictures through the whole stage: each is resized or refused, in time. A few seconds of
 * it run with every build; {@code mvnw -P fuzz -pl job -am verify} runs ten minutes a kernel, on
 * the pictures of {@code -Dfuzz.pictures=DIR} besides the drawn ones. A case is made from its
 * number, and {@code target/fuzz-KERNEL} holds the number at hand, for the case that takes the
 * whole process down.
 */
class ResizeFuzzTest {

  private static final Duration TIME = Duration.ofSeconds(Long.getLong("fuzz.seconds", 3));
  private static final List<OutputFormat> FORMATS = List.of(OutputFormat.values());
  private static final long FIRST_CASE = Long.getLong("fuzz.case", 0);

  @ParameterizedTest
  @EnumSource(
      value = KernelChoice.class,
      names = {"NATIVE", "JAVA"})
  void aDamagedPictureIsResizedOrRefusedInTime(KernelChoice kernel) throws Exception {
    var settings = new ResizeSettings(64, 64, 50_000_000, kernel, 90, Duration.ofSeconds(20));
    List<byte[]> pictures = pictures();
    Map<String, Integer> outcomes = new TreeMap<>();
    long end = System.nanoTime() + TIME.toNanos();
    long number = FIRST_CASE;
    try (var worker = new ResizeWorker(settings, "satchel-resize-fuzz");
        var atHand = new RandomAccessFile("target/fuzz-" + kernel, "rw")) {
      for (; System.nanoTime() < end; number++) {
        atHand.seek(0);
        atHand.writeBytes(Long.toString(number));
        var random = new SplittableRandom(number);
        byte[] damaged = Mutation.damage(pictures, random);
        OutputFormat format = FORMATS.get(random.nextInt(FORMATS.size()));

        Outcome outcome = worker.resize(damaged, format);

        outcomes.merge(describe(outcome), 1, Integer::sum);
        assertThat(outcome)
            .as("case %d", number)
            .satisfiesAnyOf(
                resized -> assertThat(resized).isInstanceOf(Outcome.Resized.class),
                refused ->
                    assertThat(((Outcome.Refused) refused).reason())
                        .doesNotStartWith("not decoded within"));
      }
    }
    System.out.printf("%s: %d cases, %s%n", kernel, number - FIRST_CASE, outcomes);
    assertThat(outcomes.keySet()).anyMatch(outcome -> outcome.startsWith("resized"));
  }

  private static String describe(Outcome outcome) {
    if (outcome instanceof Outcome.Resized resized) {
      return "resized by " + resized.kernel() + " " + resized.type();
    }
    return ((Outcome.Refused) outcome).problem().code().wire();
  }

  private static List<byte[]> pictures() throws IOException {
    var pictures = new ArrayList<byte[]>();
    BufferedImage photo = Pictures.gradient(300, 200, BufferedImage.TYPE_INT_RGB);
    for (String format : List.of("jpeg", "png", "gif", "bmp", "tiff")) {
      pictures.add(Pictures.encode(photo, format));
    }
    for (int type :
        new int[] {
          BufferedImage.TYPE_INT_ARGB,
          BufferedImage.TYPE_BYTE_INDEXED,
          BufferedImage.TYPE_USHORT_GRAY,
          BufferedImage.TYPE_BYTE_BINARY
        }) {
      pictures.add(Pictures.encode(Pictures.quarters(90, 70, type), "png"));
    }
    pictures.add(Pictures.progressiveJpeg(photo));
    pictures.add(Pictures.webp(photo));
    pictures.add(Pictures.webp(Pictures.quarters(90, 70, BufferedImage.TYPE_INT_ARGB)));
    String directory = System.getProperty("fuzz.pictures", "");
    if (!directory.isEmpty()) {
      try (Stream<Path> files = Files.list(Path.of(directory))) {
        for (Path file : files.sorted().toList()) {
          if (Files.size(file) > 0) {
            pictures.add(Files.readAllBytes(file));
          }
        }
      }
    }
    return pictures;
  }

  /** Ways in which files break, and ways in which they lie. */
  private enum Mutation {
    FLIP_BIT {
      @Override
      byte[] apply(byte[] file, SplittableRandom random) {
        file[place(file, random)] ^= (byte) (1 << random.nextInt(8));
        return file;
      }
    },
    SET_BYTE {
      @Override
      byte[] apply(byte[] file, SplittableRandom random) {
        file[place(file, random)] = EDGES[random.nextInt(EDGES.length)];
        return file;
      }
    },
    SET_NUMBER {
      @Override
      byte[] apply(byte[] file, SplittableRandom random) {
        int at = place(file, random);
        int length = Math.min(random.nextBoolean() ? 2 : 4, file.length - at);
        byte value = EDGES[random.nextInt(EDGES.length)];
        Arrays.fill(file, at, at + length, (byte) 0);
        file[random.nextBoolean() ? at : at + length - 1] = value;
        return file;
      }
    },
    CUT_OFF {
      @Override
      byte[] apply(byte[] file, SplittableRandom random) {
        return Arrays.copyOf(file, 1 + random.nextInt(file.length));
      }
    },
    MOVE_BLOCK {
      @Override
      byte[] apply(byte[] file, SplittableRandom random) {
        int from = random.nextInt(file.length);
        int to = place(file, random);
        int length = Math.min(1 + random.nextInt(256), file.length - Math.max(from, to));
        System.arraycopy(file, from, file, to, length);
        return file;
      }
    },
    LEAVE_OUT {
      @Override
      byte[] apply(byte[] file, SplittableRandom random) {
        int from = place(file, random);
        int length = Math.min(1 + random.nextInt(64), file.length - from);
        byte[] shorter = Arrays.copyOf(file, Math.max(1, file.length - length));
        System.arraycopy(
            file, from + length, shorter, from, Math.max(0, file.length - from - length));
        return shorter;
      }
    };

    private static final byte[] EDGES = {0, 1, 2, 0x10, 0x3f, 0x40, 0x7f, (byte) 0x80, -2, -1};
    private static final List<Mutation> ALL = List.of(values());
    private static final int HEADER_BYTES = 256;

    abstract byte[] apply(byte[] file, SplittableRandom random);

    /** Half of all damage hits the header, where it matters most. */
    private static int place(byte[] file, SplittableRandom random) {
      return random.nextInt(
          random.nextBoolean() ? Math.min(HEADER_BYTES, file.length) : file.length);
    }

    static byte[] damage(List<byte[]> pictures, SplittableRandom random) {
      byte[] file = pictures.get(random.nextInt(pictures.size())).clone();
      for (int i = 1 + random.nextInt(4); i > 0; i--) {
        file = ALL.get(random.nextInt(ALL.size())).apply(file, random);
      }
      return file;
    }
  }
}
