package io.github.satchel.trainer.api;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Holds a zip against the rules: sizes, numbers and names of its entries and the headers of its
 * images. Nothing is unpacked to a file, so that a name can lead nowhere; nothing larger than an
 * image may be is unpacked at all, and no more of all images together than a call may have.
 */
public final class ZipCheck {
  private ZipCheck() {}

  /**
   * The names of a zip's images, if the rules allow them all.
   *
   * @param field what the form calls the zip
   * @throws Refusal naming the first rule that is broken
   */
  public static List<String> images(Path zip, String field, Limits limits)
      throws IOException, Refusal {
    if (Files.size(zip) > limits.maxZipBytes()) {
      throw refusal(field, "zip file exceeds " + limits.maxZipBytes() + " bytes");
    }
    try (var file = new ZipFile(zip.toFile())) {
      List<ZipEntry> entries = entries(file, field, limits);
      if (entries.size() < limits.minImages()) {
        throw refusal(field, "at least " + limits.minImages() + " images are needed");
      }
      long unpacked = 0;
      for (ZipEntry entry : entries) {
        unpacked += check(file, entry, field, limits);
        if (unpacked > limits.maxCallBytes()) {
          throw refusal(field, "its images exceed " + limits.maxCallBytes() + " bytes");
        }
      }
      return entries.stream().map(ZipEntry::getName).toList();
    } catch (ZipException | EOFException | IllegalArgumentException e) {
      // EOFException: a comment that is not there; IllegalArgumentException: a name that is not
      // UTF-8
      throw refusal(field, "cannot open zip file");
    }
  }

  /** Reads an image of a zip that was checked. */
  public static byte[] read(ZipFile zip, ZipEntry entry, int maxBytes) throws IOException {
    try (InputStream in = zip.getInputStream(entry)) {
      byte[] image = in.readNBytes(maxBytes + 1);
      if (image.length > maxBytes) {
        throw new IOException("exceeds " + maxBytes + " bytes");
      }
      return image;
    }
  }

  private static List<ZipEntry> entries(ZipFile file, String field, Limits limits) throws Refusal {
    List<ZipEntry> entries = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Enumeration<? extends ZipEntry> all = file.entries(); all.hasMoreElements(); ) {
      ZipEntry entry = all.nextElement();
      if (!names.add(entry.getName())) {
        throw refusal(field, "two entries " + entry.getName());
      }
      if (!entry.isDirectory()) {
        entries.add(entry);
      }
      if (names.size() > limits.maxImages()) {
        throw refusal(field, "at most " + limits.maxImages() + " images are allowed");
      }
    }
    return entries;
  }

  private static int check(ZipFile file, ZipEntry entry, String field, Limits limits)
      throws Refusal {
    String name = entry.getName();
    try {
      byte[] image = read(file, entry, limits.maxImageBytes());
      ImageHeader header = ImageHeader.read(image);
      if (header.width() < limits.minSide() || header.height() < limits.minSide()) {
        throw refusal(field, name + " is smaller than " + limits.minSide() + " pixels");
      }
      if (header.pixels() > limits.maxPixels()) {
        throw refusal(field, name + " has more than " + limits.maxPixels() + " pixels");
      }
      return image.length;
    } catch (IOException e) {
      String reason = e.getMessage();
      boolean ours = reason != null && (reason.startsWith("is ") || reason.startsWith("exceeds "));
      throw refusal(field, name + " " + (ours ? reason : "cannot be read"));
    }
  }

  private static Refusal refusal(String field, String reason) {
    return new Refusal(
        Answer.inputError("Cannot execute learning task. : " + field + ": " + reason));
  }
}
