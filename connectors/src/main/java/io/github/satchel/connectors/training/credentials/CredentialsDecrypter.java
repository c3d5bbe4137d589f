package io.github.satchel.connectors.training.credentials;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEDecrypter;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.crypto.ECDHDecrypter;
import com.nimbusds.jose.crypto.RSADecrypter;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import io.github.satchel.connectors.training.transport.HttpUrls;
import io.github.satchel.connectors.training.transport.Json;
import io.github.satchel.connectors.training.transport.UploadException;
import io.github.satchel.connectors.training.transport.Verdict;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens credentials that a training brings along as compact JWE (RFC 7516), with the private keys
 * of a JWK set (RFC 7517) in a file that is read at each use.
 *
 * <p>Whoever has the public key can make such credentials, so they are not trusted like a mounted
 * file: their url must be at an allowed origin, or a request could have the job call any host. What
 * is wrong with them is told without anything that they hold.
 */
public final class CredentialsDecrypter implements Serializable {

  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(CredentialsDecrypter.class);
  private static final ObjectReader READER = Json.MAPPER.readerFor(Credentials.class);

  /** What a kid may be so that it can be told and logged. */
  private static final Pattern KID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  private static final String NOT_CREDENTIALS =
      "what it holds is not the JSON of credentials, {\"url\", \"apikey\"}";

  private final String keySet;
  private final List<String> allowedOrigins;

  /**
   * @param keySet the file, on the local file system of every task manager
   * @param allowedOrigins where the url of encrypted credentials may be: scheme, host and, unless
   *     it is the scheme's own, port, such as {@code https://watson.example.org}
   * @throws IllegalArgumentException if one of them is not an origin
   */
  public CredentialsDecrypter(String keySet, List<String> allowedOrigins) {
    this.keySet = keySet;
    this.allowedOrigins = allowedOrigins.stream().map(HttpUrls::requireOrigin).toList();
  }

  /**
   * Opens credentials.
   *
   * @param attributes of the training that brings them
   * @throws UploadException {@link Verdict#CREDENTIALS_REJECTED} if they cannot be used, and why
   */
  Credentials decrypt(String jwe, Map<String, String> attributes) throws UploadException {
    JWEObject encrypted = parse(jwe);
    JWEHeader header = encrypted.getHeader();
    String kid = checkedKid(header);
    try {
      encrypted.decrypt(decrypter(header, key(kid)));
    } catch (JOSEException | RuntimeException undecryptable) {
      // Without the cause, which may say more than an outsider should know.
      throw rejected(
          "it cannot be decrypted with key %s: it was changed on its way, or encrypted for another key"
              .formatted(kid));
    }
    return read(encrypted.getPayload().toBytes(), attributes);
  }

  private static JWEObject parse(String jwe) throws UploadException {
    try {
      return JWEObject.parse(jwe);
    } catch (ParseException | RuntimeException malformed) {
      throw rejected("it is not a compact JWE whose header has alg RSA-OAEP-256 or ECDH-ES");
    }
  }

  private static String checkedKid(JWEHeader header) throws UploadException {
    JWEAlgorithm algorithm = header.getAlgorithm();
    if (!algorithm.equals(JWEAlgorithm.RSA_OAEP_256) && !algorithm.equals(JWEAlgorithm.ECDH_ES)) {
      throw rejected("its alg is neither RSA-OAEP-256 nor ECDH-ES");
    }
    if (!EncryptionMethod.A256GCM.equals(header.getEncryptionMethod())) {
      throw rejected("its enc is not A256GCM");
    }
    if (header.getCompressionAlgorithm() != null) {
      throw rejected("it is compressed: leave zip out");
    }
    if (header.getCriticalParams() != null) {
      throw rejected("its header has crit: leave it out");
    }
    String kid = header.getKeyID();
    if (kid == null || !KID.matcher(kid).matches()) {
      throw rejected("its header has no kid of 1 to 64 of A-Z a-z 0-9 . _ -");
    }
    return kid;
  }

  private JWK key(String kid) throws UploadException {
    JWK key;
    try {
      key = JWKSet.parse(Files.readString(Path.of(keySet))).getKeyByKeyId(kid);
    } catch (IOException unreadable) {
      LOG.warn("The key set cannot be read: {}", unreadable.toString());
      throw rejected("the job's key set cannot be read");
    } catch (ParseException | RuntimeException malformed) {
      // Its message may repeat a key.
      LOG.warn("The key set {} is not a JWK set", keySet);
      throw rejected("the job's key set cannot be read");
    }
    if (key == null || !key.isPrivate()) {
      throw rejected("the job has no key %s: encrypt with a public key that it has".formatted(kid));
    }
    return key;
  }

  private static JWEDecrypter decrypter(JWEHeader header, JWK key)
      throws UploadException, JOSEException {
    JWEAlgorithm algorithm = header.getAlgorithm();
    if (key.getAlgorithm() == null || key.getAlgorithm().equals(algorithm)) {
      if (key instanceof RSAKey rsa && algorithm.equals(JWEAlgorithm.RSA_OAEP_256)) {
        return new RSADecrypter(rsa);
      }
      if (key instanceof ECKey ec && algorithm.equals(JWEAlgorithm.ECDH_ES)) {
        return new ECDHDecrypter(ec);
      }
    }
    throw rejected("its alg is not that of key %s".formatted(header.getKeyID()));
  }

  private Credentials read(byte[] plaintext, Map<String, String> attributes)
      throws UploadException {
    Credentials credentials;
    try {
      JsonNode json = Json.MAPPER.readTree(plaintext);
      if (!json.isObject()) {
        throw rejected(NOT_CREDENTIALS);
      }
      credentials = READER.readValue(json);
      requireFor(json.path("for"), attributes);
    } catch (JacksonException malformed) {
      // Its message may repeat the key.
      throw rejected(NOT_CREDENTIALS);
    } catch (IOException impossible) {
      throw new IllegalStateException("It is in memory", impossible);
    }
    if (!allowedOrigins.contains(HttpUrls.origin(credentials.url()))) {
      throw rejected("its url is at none of the origins that the job allows");
    }
    return credentials;
  }

  /** A training may only use what is not for others. */
  private static void requireFor(JsonNode bound, Map<String, String> attributes)
      throws UploadException {
    if (bound.isMissingNode()) {
      return;
    }
    if (!bound.isObject()) {
      throw rejected("its for is not an object");
    }
    for (Map.Entry<String, JsonNode> entry : bound.properties()) {
      String attribute = attributes.get(entry.getKey());
      if (attribute == null) {
        throw rejected(
            "its for names something else than "
                + String.join(", ", attributes.keySet().stream().sorted().toList()));
      }
      if (!attribute.equals(entry.getValue().textValue())) {
        throw rejected("it is for another " + entry.getKey());
      }
    }
  }

  private static UploadException rejected(String reason) {
    return new UploadException(Verdict.CREDENTIALS_REJECTED, reason);
  }
}
