package io.github.satchel.testkit.report;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Pictures as they were packed, from the archives of some requests. */
public final class ContactSheet {

  /** Of one archive. */
  private static final int MAX_PICTURES = 12;

  private static final int MAX_SHEETS = 12;

  /**
   * The pictures of an archive.
   *
   * @param pictures as data URLs
   */
  public record Sheet(String title, List<String> pictures) {}

  private ContactSheet() {}

  /**
   * Reads the first pictures of the first archives.
   *
   * @param archives directory that holds one directory a request
   */
  public static List<Sheet> read(Path archives, List<RequestLog.Entry> entries) throws IOException {
    List<Sheet> sheets = new ArrayList<>();
    for (RequestLog.Entry entry : entries) {
      Path directory = archives.resolve(entry.load().requestId());
      if (!Files.isDirectory(directory)) {
        continue; // it failed
      }
      try (Stream<Path> files = Files.list(directory)) {
        for (Path zip : files.filter(file -> file.toString().endsWith(".zip")).sorted().toList()) {
          if (sheets.size() == MAX_SHEETS) {
            return sheets;
          }
          String label = zip.getFileName().toString().replaceFirst("\\.zip$", "");
          sheets.add(new Sheet(entry.load().name() + ": " + label, pictures(zip)));
        }
      }
    }
    return sheets;
  }

  private static List<String> pictures(Path zip) throws IOException {
    List<String> pictures = new ArrayList<>();
    try (var in = new ZipInputStream(new BufferedInputStream(Files.newInputStream(zip)))) {
      ZipEntry entry = in.getNextEntry();
      while (entry != null && pictures.size() < MAX_PICTURES) {
        String type = entry.getName().toLowerCase(Locale.ROOT).endsWith(".png") ? "png" : "jpeg";
        pictures.add(
            "data:image/"
                + type
                + ";base64,"
                + Base64.getEncoder().encodeToString(in.readAllBytes()));
        entry = in.getNextEntry();
      }
    }
    return pictures;
  }
}
