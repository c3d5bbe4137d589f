package io.github.satchel.testkit.watson;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.http.MultiPartFormData;
import org.jspecify.annotations.Nullable;

/** The name and the zips of a create or an update, held against the rules of the service. */
record TrainingData(@Nullable String name, List<Examples> examples) {
  private static final String POSITIVE = "_positive_examples";
  private static final String NEGATIVE = "negative_examples";
  private static final Pattern FORBIDDEN = Pattern.compile("[$*\\-{}\\\\|/'\"`\\[\\]]");
  private static final Set<String> FORMATS = Set.of("jpeg", "png");

  /**
   * Reads a form whose zips are on disk.
   *
   * @param directory where to keep them while they are read
   */
  static TrainingData read(MultiPartFormData.Parts parts, Limits limits, Path directory)
      throws IOException, Refusal {
    String name = null;
    List<Examples> examples = new ArrayList<>();
    for (MultiPart.Part part : parts) {
      String field = Objects.requireNonNullElse(part.getName(), "");
      if (field.equals("name")) {
        name = part.getContentAsString(StandardCharsets.UTF_8);
      } else if (field.equals(NEGATIVE) || field.endsWith(POSITIVE)) {
        String className =
            field.equals(NEGATIVE)
                ? null
                : className(field.substring(0, field.length() - POSITIVE.length()));
        Path zip = directory.resolve(examples.size() + ".zip");
        part.writeTo(zip);
        examples.add(examples(className, zip, field, limits));
      }
    }
    return new TrainingData(name, examples);
  }

  /** What is in a zip, if the rules allow it. */
  static Examples examples(@Nullable String className, Path zip, String field, Limits limits)
      throws IOException, Refusal {
    return new Examples(className, images(zip, field, limits), sha256(zip));
  }

  /** The classes of the positive examples. */
  List<String> classes() {
    return examples.stream().map(Examples::className).filter(Objects::nonNull).toList();
  }

  private static String className(String name) throws Refusal {
    if (name.isEmpty() || FORBIDDEN.matcher(name).find()) {
      throw new Refusal(Answer.inputError("Invalid class name: " + name));
    }
    return name;
  }

  private static List<String> images(Path zip, String field, Limits limits)
      throws IOException, Refusal {
    if (Files.size(zip) > limits.maxZipBytes()) {
      throw refusal(field, "zip file exceeds " + limits.maxZipBytes() + " bytes");
    }
    try (var file = new ZipFile(zip.toFile())) {
      List<? extends ZipEntry> entries =
          file.stream().filter(entry -> !entry.isDirectory()).toList();
      if (entries.size() < limits.minImages()) {
        throw refusal(field, "at least " + limits.minImages() + " images are needed");
      }
      if (entries.size() > limits.maxImages()) {
        throw refusal(field, "at most " + limits.maxImages() + " images are allowed");
      }
      for (ZipEntry entry : entries) {
        try (InputStream in = file.getInputStream(entry)) {
          checkImage(in, field, entry.getName(), limits.minSide());
        }
      }
      return entries.stream().map(ZipEntry::getName).toList();
    } catch (ZipException e) {
      throw refusal(field, "cannot open zip file");
    }
  }

  /** Reads no further than the image's header. */
  private static void checkImage(InputStream in, String field, String entry, int minSide)
      throws IOException, Refusal {
    try (ImageInputStream header = new MemoryCacheImageInputStream(in)) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(header);
      if (!readers.hasNext()) {
        throw refusal(field, entry + " is not an image");
      }
      ImageReader reader = readers.next();
      try {
        if (!FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
          throw refusal(field, entry + " is neither JPEG nor PNG");
        }
        reader.setInput(header, true, true);
        if (reader.getWidth(0) < minSide || reader.getHeight(0) < minSide) {
          throw refusal(field, entry + " is smaller than " + minSide + " pixels");
        }
      } catch (ZipException e) {
        throw e;
      } catch (IOException e) {
        throw refusal(field, entry + " cannot be read");
      } finally {
        reader.dispose();
      }
    }
  }

  private static String sha256(Path file) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (var in = new DigestInputStream(Files.newInputStream(file), digest)) {
        in.transferTo(OutputStream.nullOutputStream());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static Refusal refusal(String field, String reason) {
    return new Refusal(
        Answer.inputError("Cannot execute learning task. : " + field + ": " + reason));
  }
}
