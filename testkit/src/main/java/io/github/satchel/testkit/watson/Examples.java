package io.github.satchel.testkit.watson;

import io.github.satchel.trainer.api.ZippedExamples;
import io.github.satchel.trainer.embedding.Hash;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One zip of a create.
 *
 * @param className the class, null for the negative examples
 * @param entries the names of the images in the zip, in its order
 * @param sha256 of the zip, in lower-case hex
 */
public record Examples(@Nullable String className, List<String> entries, String sha256) {
  public Examples {
    entries = List.copyOf(entries);
  }

  /** How many images the zip holds. */
  public int images() {
    return entries.size();
  }

  static Examples of(ZippedExamples received) throws IOException {
    return new Examples(received.className(), received.entries(), sha256(received.zip()));
  }

  static String sha256(Path file) throws IOException {
    MessageDigest digest = Hash.digest();
    try (var in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
