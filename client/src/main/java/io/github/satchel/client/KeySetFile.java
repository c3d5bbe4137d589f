package io.github.satchel.client;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEEncrypter;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDHEncrypter;
import com.nimbusds.jose.crypto.RSAEncrypter;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The job's key set, for credentials that come encrypted in a request: a JWK set (RFC 7517) with
 * private keys, in a file that only its owner may read.
 */
public final class KeySetFile {

  /** The type of a key, which decides the encryption. */
  public enum Type {
    /** Over P-256, for ECDH-ES. */
    EC,
    /** Of 3072 bits, for RSA-OAEP-256. */
    RSA
  }

  private static final Pattern KID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final int RSA_BITS = 3072;

  private final Path file;

  public KeySetFile(Path file) {
    this.file = file;
  }

  /** Its keys; none if there is no file yet. */
  public List<JWK> keys() throws IOException {
    try {
      return JWKSet.parse(Files.readString(file)).getKeys();
    } catch (NoSuchFileException absent) {
      return List.of();
    } catch (ParseException malformed) { // whose message may repeat a key
      throw new IOException(file + " is not a JWK set");
    }
  }

  /**
   * Adds a new key.
   *
   * @return its public part
   * @throws IOException if there is one of this kid, or the kid is not one that the job takes
   */
  public JWK add(String kid, Type type) throws IOException {
    if (!KID.matcher(kid).matches()) {
      throw new IOException("A kid is 1 to 64 of A-Z a-z 0-9 . _ -");
    }
    List<JWK> keys = new ArrayList<>(keys());
    if (keys.stream().anyMatch(key -> kid.equals(key.getKeyID()))) {
      throw new IOException("There is a key " + kid + " in " + file + ": choose another kid");
    }
    JWK key = generate(kid, type);
    keys.add(key);
    write(keys);
    return key.toPublicJWK();
  }

  /**
   * Removes a key.
   *
   * @throws IOException if there is none of this kid
   */
  public void remove(String kid) throws IOException {
    List<JWK> keys = new ArrayList<>(keys());
    if (!keys.removeIf(key -> kid.equals(key.getKeyID()))) {
      throw new IOException("There is no key " + kid + " in " + file);
    }
    write(keys);
  }

  /**
   * Encrypts as the contract says.
   *
   * @param key a public one with a kid
   * @return compact JWE
   */
  public static String encrypt(JWK key, byte[] plaintext) throws IOException {
    boolean rsa = key instanceof RSAKey;
    JWEHeader header =
        new JWEHeader.Builder(
                rsa ? JWEAlgorithm.RSA_OAEP_256 : JWEAlgorithm.ECDH_ES, EncryptionMethod.A256GCM)
            .keyID(key.getKeyID())
            .build();
    JWEObject jwe = new JWEObject(header, new Payload(plaintext));
    try {
      JWEEncrypter encrypter =
          rsa ? new RSAEncrypter(key.toRSAKey()) : new ECDHEncrypter(key.toECKey());
      jwe.encrypt(encrypter);
    } catch (JOSEException e) {
      throw new IOException("Nothing can be encrypted for key " + key.getKeyID(), e);
    }
    return jwe.serialize();
  }

  private static JWK generate(String kid, Type type) {
    try {
      return switch (type) {
        case EC ->
            new ECKeyGenerator(Curve.P_256)
                .keyID(kid)
                .keyUse(KeyUse.ENCRYPTION)
                .algorithm(JWEAlgorithm.ECDH_ES)
                .generate();
        case RSA ->
            new RSAKeyGenerator(RSA_BITS)
                .keyID(kid)
                .keyUse(KeyUse.ENCRYPTION)
                .algorithm(JWEAlgorithm.RSA_OAEP_256)
                .generate();
      };
    } catch (JOSEException e) {
      throw new IllegalStateException("Every JDK has these algorithms", e);
    }
  }

  /** Replaces the file as a whole, so that nobody reads half of it. */
  private void write(List<JWK> keys) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    Path whole =
        Files.createTempFile(directory, "keys", ".part"); // its owner's alone from the start
    try {
      Files.writeString(whole, new JWKSet(keys).toString(/* publicKeysOnly= */ false));
      Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(whole);
    }
  }
}
