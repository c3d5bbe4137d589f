package io.github.satchel.faults;

import io.github.satchel.faults.History.Zip;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/** What lies in a directory of archives. */
final class ArchivesListing {

  /** Of parts of uploads that the local S3 server was never told the end of. */
  private static final String MULTIPART = ".mpus-";

  private ArchivesListing() {}

  /** Every file, by its path below the directory. */
  static Map<String, Zip> of(Path directory) throws IOException {
    Map<String, Zip> listing = new TreeMap<>();
    List<Path> files;
    try (Stream<Path> all = Files.walk(directory)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      String path = directory.relativize(file).toString();
      if (!path.startsWith(MULTIPART)) {
        listing.put(path, path.endsWith(".zip") ? zip(file) : new Zip(List.of(), ""));
      }
    }
    return listing;
  }

  private static Zip zip(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      DigestInputStream digested = new DigestInputStream(in, digest);
      List<String> entries = new ArrayList<>();
      try {
        ZipInputStream zip = new ZipInputStream(digested);
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
          entries.add(entry.getName());
        }
      } catch (ZipException e) {
        entries.add("(" + e.getMessage() + ")");
      }
      digested.transferTo(OutputStream.nullOutputStream());
      return new Zip(entries, HexFormat.of().formatHex(digest.digest()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
