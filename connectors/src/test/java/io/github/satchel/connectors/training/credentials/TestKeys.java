package io.github.satchel.connectors.training.credentials;

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
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A key set with a key of each kind, and what is encrypted for them. */
public final class TestKeys {

  public static final ECKey EC;
  public static final RSAKey RSA;

  /** Not in the key set. */
  public static final ECKey OTHER;

  static {
    try {
      EC = new ECKeyGenerator(Curve.P_256).keyID("ec-1").generate();
      RSA = new RSAKeyGenerator(2048).keyID("rsa-1").generate();
      OTHER = new ECKeyGenerator(Curve.P_256).keyID("other-1").generate();
    } catch (JOSEException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private TestKeys() {}

  /** Writes the key set. */
  public static Path write(Path directory) throws IOException {
    return write(directory, EC, RSA);
  }

  public static Path write(Path directory, JWK... keys) throws IOException {
    return Files.writeString(
        directory.resolve("keys.jwks"),
        new JWKSet(List.of(keys)).toString(/* publicKeysOnly= */ false));
  }

  public static String credentials(String url, String apiKey) {
    return "{\"url\":\"%s\",\"apikey\":\"%s\"}".formatted(url, apiKey);
  }

  public static String encrypt(JWK key, String plaintext) {
    return encrypt(key, header(key).build(), plaintext);
  }

  /** The header that a key needs, for tests to change. */
  public static JWEHeader.Builder header(JWK key) {
    return new JWEHeader.Builder(
            key instanceof RSAKey ? JWEAlgorithm.RSA_OAEP_256 : JWEAlgorithm.ECDH_ES,
            EncryptionMethod.A256GCM)
        .keyID(key.getKeyID());
  }

  public static String encrypt(JWK key, JWEHeader header, String plaintext) {
    try {
      JWEEncrypter encrypter =
          key instanceof RSAKey rsa ? new RSAEncrypter(rsa) : new ECDHEncrypter((ECKey) key);
      JWEObject encrypted = new JWEObject(header, new Payload(plaintext));
      encrypted.encrypt(encrypter);
      return encrypted.serialize();
    } catch (JOSEException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
