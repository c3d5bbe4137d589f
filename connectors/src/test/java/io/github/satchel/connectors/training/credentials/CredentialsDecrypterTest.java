package io.github.satchel.connectors.training.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.CompressionAlgorithm;
import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import io.github.satchel.connectors.training.credentials.Credentials.Auth;
import io.github.satchel.connectors.training.transport.UploadException;
import io.github.satchel.connectors.training.transport.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsDecrypterTest {

  private static final String URL = "https://watson.example/api";
  private static final String SECRET = "secret-key-7";
  private static final String CLASS_7 = TestKeys.credentials(URL, SECRET);
  private static final Map<String, String> ATTRIBUTES =
      Map.of("requestId", "r1", "projectId", "p1");

  static final List<JWK> EVERY_KIND = List.of(TestKeys.EC, TestKeys.RSA);

  private Path directory;
  private CredentialsDecrypter decrypter;

  @BeforeEach
  void start(@TempDir Path directory) throws IOException {
    this.directory = directory;
    decrypter =
        new CredentialsDecrypter(
            TestKeys.write(directory).toString(),
            List.of("https://WATSON.example:443", "http://127.0.0.1:9081/"));
  }

  @ParameterizedTest
  @FieldSource("EVERY_KIND")
  void whatWasEncryptedForAKeyOfTheSetIsOpened(JWK key) throws Exception {
    assertThat(
            InstantiationUtil.clone(decrypter).decrypt(TestKeys.encrypt(key, CLASS_7), ATTRIBUTES))
        .isEqualTo(new Credentials(URL, SECRET));
  }

  @Test
  void theContentIsThatOfAMountedFile() throws Exception {
    String basic =
        "{\"url\":\"http://127.0.0.1:9081\",\"apikey\":\"k7\",\"auth\":\"basic\",\"note\":1}";

    assertThat(decrypter.decrypt(TestKeys.encrypt(TestKeys.EC, basic), ATTRIBUTES))
        .isEqualTo(new Credentials("http://127.0.0.1:9081", "k7", Auth.BASIC));
  }

  @Test
  void keysAreRotatedByKidWithoutARestart() throws Exception {
    String old = TestKeys.encrypt(TestKeys.EC, CLASS_7);
    String young = TestKeys.encrypt(TestKeys.OTHER, CLASS_7);
    assertRejected(young, "the job has no key other-1: encrypt with a public key that it has");

    TestKeys.write(directory, TestKeys.EC, TestKeys.OTHER);
    assertThat(decrypter.decrypt(old, ATTRIBUTES).apiKey()).isEqualTo(SECRET);
    assertThat(decrypter.decrypt(young, ATTRIBUTES).apiKey()).isEqualTo(SECRET);

    TestKeys.write(directory, TestKeys.OTHER);
    assertRejected(old, "the job has no key ec-1: encrypt with a public key that it has");
  }

  @Test
  void aPublicKeyOpensNothing() throws Exception {
    TestKeys.write(directory, TestKeys.EC.toPublicJWK());

    assertRejected(TestKeys.encrypt(TestKeys.EC, CLASS_7), "the job has no key ec-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "not json", "null", "[]", "{\"keys\":[{\"kty\":\"EC\"}]}"})
  void aKeySetThatIsNoneIsTheJobsFault(String content) throws Exception {
    Files.writeString(directory.resolve("keys.jwks"), content);

    assertRejected(TestKeys.encrypt(TestKeys.EC, CLASS_7), "the job's key set cannot be read");
  }

  @Test
  void aKeySetThatIsMissingIsTheJobsFault() throws Exception {
    Files.delete(directory.resolve("keys.jwks"));

    assertRejected(TestKeys.encrypt(TestKeys.EC, CLASS_7), "the job's key set cannot be read");
  }

  @Test
  void otherAlgorithmsAreRefused() {
    JWEHeader wrapped =
        new JWEHeader.Builder(JWEAlgorithm.ECDH_ES_A256KW, EncryptionMethod.A256GCM)
            .keyID("ec-1")
            .build();
    JWEHeader sha1 =
        new JWEHeader.Builder(JWEAlgorithm.RSA_OAEP_512, EncryptionMethod.A256GCM)
            .keyID("rsa-1")
            .build();
    JWEHeader cbc =
        new JWEHeader.Builder(JWEAlgorithm.ECDH_ES, EncryptionMethod.A256CBC_HS512)
            .keyID("ec-1")
            .build();

    assertRejected(TestKeys.encrypt(TestKeys.EC, wrapped, CLASS_7), "its alg is neither");
    assertRejected(TestKeys.encrypt(TestKeys.RSA, sha1, CLASS_7), "its alg is neither");
    assertRejected(TestKeys.encrypt(TestKeys.EC, cbc, CLASS_7), "its enc is not A256GCM");
  }

  @Test
  void aKeyIsUsedForItsOwnAlgorithmOnly() throws Exception {
    JWEHeader mixedUp = TestKeys.header(TestKeys.EC).keyID("rsa-1").build();
    assertRejected(
        TestKeys.encrypt(TestKeys.EC, mixedUp, CLASS_7), "its alg is not that of key rsa-1");

    TestKeys.write(
        directory, new RSAKey.Builder(TestKeys.RSA).algorithm(JWEAlgorithm.RSA_OAEP_512).build());
    assertRejected(TestKeys.encrypt(TestKeys.RSA, CLASS_7), "its alg is not that of key rsa-1");
  }

  @Test
  void compressionAndCriticalParametersAreRefused() {
    JWEHeader compressed =
        TestKeys.header(TestKeys.EC).compressionAlgorithm(CompressionAlgorithm.DEF).build();
    assertRejected(
        TestKeys.encrypt(TestKeys.EC, compressed, "{" + " ".repeat(1_000_000) + "}"),
        "it is compressed: leave zip out");

    JWEHeader critical =
        TestKeys.header(TestKeys.EC).customParam("b64", true).criticalParams(Set.of("b64")).build();
    assertRejected(
        withHeader(TestKeys.encrypt(TestKeys.EC, CLASS_7), critical.toString()),
        "its header has crit: leave it out");
  }

  @Test
  void aKidIsNeededThatCanBeTold() {
    for (String kid : List.of("", "a b", "../x", "x".repeat(65), "a\nb")) {
      assertRejected(
          TestKeys.encrypt(TestKeys.EC, TestKeys.header(TestKeys.EC).keyID(kid).build(), CLASS_7),
          "its header has no kid of 1 to 64 of A-Z a-z 0-9 . _ -");
    }
    assertRejected(
        TestKeys.encrypt(TestKeys.EC, TestKeys.header(TestKeys.EC).keyID(null).build(), CLASS_7),
        "its header has no kid");
  }

  @ParameterizedTest
  @FieldSource("EVERY_KIND")
  void whatWasChangedOnItsWayIsRefused(JWK key) {
    String[] parts = TestKeys.encrypt(key, CLASS_7).split("\\.", -1);
    for (int part = 0; part < parts.length; part++) {
      if (!parts[part].isEmpty() && part > 0) {
        String[] changed = parts.clone();
        changed[part] = (parts[part].startsWith("A") ? "B" : "A") + parts[part].substring(1);
        assertRejected(String.join(".", changed), "it cannot be decrypted with key");
      }
    }
    String other = TestKeys.header(key).customParam("note", "x").build().toString();
    assertRejected(
        withHeader(TestKeys.encrypt(TestKeys.RSA, CLASS_7), other.replace("ec-1", "rsa-1")),
        key instanceof RSAKey ? "it cannot be decrypted with key" : "its alg is not that of key");
  }

  @Test
  void whatWasEncryptedForAnotherKeyOfTheSameKidIsRefused() {
    String jwe =
        TestKeys.encrypt(
            TestKeys.OTHER, TestKeys.header(TestKeys.OTHER).keyID("ec-1").build(), CLASS_7);

    assertRejected(jwe, "it cannot be decrypted with key ec-1");
  }

  @Test
  void aPointThatIsNotOnTheCurveIsRefused() {
    String header =
        "{\"alg\":\"ECDH-ES\",\"enc\":\"A256GCM\",\"kid\":\"ec-1\",\"epk\":{\"kty\":\"EC\",\"crv\":\"P-256\","
            + "\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\","
            + "\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\"}}";

    String reason = rejection(withHeader(TestKeys.encrypt(TestKeys.EC, CLASS_7), header));

    assertThat(reason).containsAnyOf("not a compact JWE", "cannot be decrypted");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "....",
        "a.b.c",
        "a.b.c.d.e",
        "e30.....",
        "e30.a.b.c.d",
        "bm9wZQ.a.b.c.d",
        "\u0000"
      })
  void whatIsNoJweIsRefused(String jwe) {
    assertRejected(jwe, "it is not a compact JWE");
  }

  @Test
  void anUnencryptedTokenIsRefused() {
    assertRejected(Base64URL.encode("{\"alg\":\"none\"}") + ".a.b.c.d", "it is not a compact JWE");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "secret-key-7",
        "null",
        "[]",
        "\"secret-key-7\"",
        "{\"apikey\":\"secret-key-7\"}",
        "{\"url\":\"https://watson.example\"}",
        "{\"url\":\"https://watson.example\",\"apikey\":\" \"}",
        "{\"url\":\"https://watson.example\",\"apikey\":[\"secret-key-7\"]}",
        "{\"url\":\"https://watson.example\",\"apikey\":\"secret-key-7\",\"auth\":\"secret-key-7\"}",
        "{\"url\":\"secret-key-7\",\"apikey\":\"secret-key-7\"}",
        "{\"url\":\"https://a:secret-key-7@watson.example\",\"apikey\":\"secret-key-7\"}",
        "{\"url\":\"https://watson.example\",\"apikey\":\"secret-key-7\"",
      })
  void whatHoldsNoCredentialsIsRefused(String plaintext) {
    assertRejected(
        TestKeys.encrypt(TestKeys.EC, plaintext), "what it holds is not the JSON of credentials");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://watson.example",
        "https://watson.example:8443",
        "https://watson.example.evil.example",
        "https://evil.example/watson.example",
        "http://127.0.0.1:9082",
        "http://127.0.0.1",
        "http://169.254.169.254/latest",
      })
  void aUrlMustBeAtAnAllowedOrigin(String url) {
    assertRejected(
        TestKeys.encrypt(TestKeys.EC, TestKeys.credentials(url, SECRET)),
        "its url is at none of the origins that the job allows");
  }

  @Test
  void credentialsCanBeBoundToARequestOrItsProject() throws Exception {
    assertThat(decrypter.decrypt(boundTo("{\"projectId\":\"p1\"}"), ATTRIBUTES).apiKey())
        .isEqualTo(SECRET);
    assertThat(
            decrypter
                .decrypt(boundTo("{\"projectId\":\"p1\",\"requestId\":\"r1\"}"), ATTRIBUTES)
                .apiKey())
        .isEqualTo(SECRET);

    assertRejected(boundTo("{\"projectId\":\"p2\"}"), "it is for another projectId");
    assertRejected(
        boundTo("{\"projectId\":\"p1\",\"requestId\":\"r2\"}"), "it is for another requestId");
    assertRejected(boundTo("{\"projectId\":null}"), "it is for another projectId");
    assertRejected(
        boundTo("{\"secret-key-7\":\"p1\"}"),
        "its for names something else than projectId, requestId");
    assertRejected(boundTo("\"p1\""), "its for is not an object");
    assertRejected(boundTo("null"), "its for is not an object");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"watson.example", "https://watson.example/api", "ftp://x", "https://*.x", ""})
  void whatIsNoOriginIsRefusedAtOnce(String origin) {
    assertThatThrownBy(() -> new CredentialsDecrypter("keys.jwks", List.of(origin)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("origin " + origin);
  }

  private static String boundTo(String bound) {
    return TestKeys.encrypt(TestKeys.EC, CLASS_7.replace("}", ",\"for\":%s}".formatted(bound)));
  }

  private static String withHeader(String jwe, String header) {
    return Base64URL.encode(header.getBytes(StandardCharsets.UTF_8))
        + jwe.substring(jwe.indexOf('.'));
  }

  private void assertRejected(String jwe, String reason) {
    assertThat(rejection(jwe)).startsWith(reason);
  }

  private String rejection(String jwe) {
    UploadException rejected =
        catchThrowableOfType(UploadException.class, () -> decrypter.decrypt(jwe, ATTRIBUTES));
    assertThat(rejected).as(jwe).isNotNull().hasNoCause();
    assertThat(rejected.verdict()).isEqualTo(Verdict.CREDENTIALS_REJECTED);
    assertThat(rejected.reason()).doesNotContain("secret").doesNotContain("evil");
    return rejected.reason();
  }
}
