package io.github.satchel.job.fetch.source;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Tells from the first bytes whether something may be a picture; the name and the type that a
 * server gives it do not count. Whether it can be read is for the decoder to find out.
 */
public final class PictureFormat {

  /** So many bytes are enough to tell. */
  public static final int HEAD = 16;

  private static final List<byte[]> SIGNATURES =
      List.of(
          latin1("\u00ff\u00d8\u00ff"), // JPEG
          latin1("\u0089PNG\r\n\u001a\n"),
          latin1("GIF87a"),
          latin1("GIF89a"),
          latin1("BM"),
          latin1("II*\0"), // TIFF
          latin1("MM\0*"),
          latin1("\0\0\u0001\0"), // ICO
          latin1("\0\0\0\fjP  "), // JPEG 2000
          latin1("<svg"), // no picture that is resized, but one that is named then
          latin1("<?xml"));

  private static final byte[] RIFF = latin1("RIFF");
  private static final byte[] WEBP = latin1("WEBP");
  private static final byte[] ISO_MEDIA = latin1("ftyp");
  private static final List<byte[]> ISO_PICTURES =
      List.of(latin1("avif"), latin1("avis"), latin1("heic"), latin1("heix"), latin1("mif1"));

  private PictureFormat() {}

  /**
   * Whether these may be the first bytes of a picture.
   *
   * @param head of which at least {@link #HEAD} bytes are there, if there are so many
   */
  public static boolean recognises(byte[] head, int length) {
    if (hasAt(head, length, 0, RIFF)) {
      return hasAt(head, length, 8, WEBP);
    }
    if (hasAt(head, length, 4, ISO_MEDIA)) {
      return ISO_PICTURES.stream().anyMatch(each -> hasAt(head, length, 8, each));
    }
    return SIGNATURES.stream().anyMatch(each -> hasAt(head, length, 0, each));
  }

  private static boolean hasAt(byte[] head, int length, int at, byte[] wanted) {
    if (length < at + wanted.length) {
      return false;
    }
    for (int i = 0; i < wanted.length; i++) {
      if (head[at + i] != wanted[i]) {
        return false;
      }
    }
    return true;
  }

  private static byte[] latin1(String signature) {
    return signature.getBytes(StandardCharsets.ISO_8859_1);
  }
}
