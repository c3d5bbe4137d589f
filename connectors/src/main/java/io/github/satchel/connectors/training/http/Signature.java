package io.github.satchel.connectors.training.http;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The signature of a {@link HttpTrainerSink}'s request: HMAC-SHA256 (RFC 2104) over the time in
 * seconds since 1970, a dot and the part {@code training}, in lower-case hexadecimal. That part
 * holds the digests of the archives behind it, so that a receiver can check who is calling before
 * it takes an archive, and each archive as it streams by.
 */
final class Signature {

  private static final String ALGORITHM = "HmacSHA256";

  private Signature() {}

  /** The value of the header {@code Satchel-Signature}: {@code t=<seconds>,v1=<hex>}. */
  static String of(byte[] training, String secret, Instant at) {
    String seconds = String.valueOf(at.getEpochSecond());
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
      mac.update((seconds + ".").getBytes(StandardCharsets.UTF_8));
      return "t=%s,v1=%s".formatted(seconds, HexFormat.of().formatHex(mac.doFinal(training)));
    } catch (GeneralSecurityException absent) {
      throw new IllegalStateException("every Java platform has HmacSHA256", absent);
    }
  }
}
