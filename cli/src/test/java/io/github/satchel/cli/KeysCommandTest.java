package io.github.satchel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.crypto.ECDHDecrypter;
import com.nimbusds.jose.crypto.RSADecrypter;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import io.github.satchel.contract.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class KeysCommandTest {

  @TempDir private Path directory;

  private final StringWriter err = new StringWriter();

  @Test
  void aNewKeyIsTheOwnersAloneAndWhatIsPrintedIsPublic() throws Exception {
    String printed = run("generate", keySet(), "--kid", "2026-1");

    JWK shown = JWK.parse(printed);
    assertThat(shown.isPrivate()).isFalse();
    assertThat(shown.getKeyID()).isEqualTo("2026-1");
    assertThat(Files.getPosixFilePermissions(Path.of(keySet())))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(run("public", keySet())).isEqualTo(printed);
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(Path.of(keySet()));
    }
  }

  @Test
  void keysAreRotatedByAddingOneAndTakingOutTheOld() throws Exception {
    run("generate", keySet(), "--kid", "2026-1");
    run("generate", keySet(), "--kid", "2026-2");
    assertThat(kids()).containsExactly("2026-1", "2026-2");

    run("remove", keySet(), "--kid", "2026-1");

    assertThat(kids()).containsExactly("2026-2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA"})
  void credentialsAreEncryptedForAKey(String type) throws Exception {
    Path key =
        Files.writeString(
            directory.resolve("public.json"),
            run("generate", keySet(), "--kid", "2026-1", "--type", type));
    Path credentials = credentials("{\"url\":\"https://watson.example\",\"apikey\":\"k7\"}");

    String jwe =
        run("encrypt", credentials.toString(), "--key", key.toString(), "--for", "projectId=p1");

    JWEObject encrypted = JWEObject.parse(jwe.strip());
    JWK own = JWKSet.load(Path.of(keySet()).toFile()).getKeyByKeyId("2026-1");
    encrypted.decrypt(
        type.equals("RSA") ? new RSADecrypter(own.toRSAKey()) : new ECDHDecrypter(own.toECKey()));
    JsonNode opened = Json.MAPPER.readTree(encrypted.getPayload().toString());
    assertThat(opened)
        .isEqualTo(
            Json.MAPPER.readTree(
                "{\"url\":\"https://watson.example\",\"apikey\":\"k7\",\"for\":{\"projectId\":\"p1\"}}"));
  }

  @Test
  void whatCannotBeDoneIsOneSentenceWithoutAnySecret() throws Exception {
    run("generate", keySet(), "--kid", "2026-1");
    assertThat(complaint("generate", keySet(), "--kid", "2026-1"))
        .contains("There is a key 2026-1");
    assertThat(complaint("generate", keySet(), "--kid", "a b")).contains("A kid is 1 to 64");
    assertThat(complaint("remove", keySet(), "--kid", "2026-2")).contains("There is no key 2026-2");
    Path credentials = credentials("{\"apikey\":\"secret\"}");
    assertThat(complaint("encrypt", credentials.toString(), "--key", keySet()))
        .contains("does not contain credentials")
        .doesNotContain("secret");
    credentials("{\"url\":\"https://watson.example\",\"apikey\":\"k7\"}");
    assertThat(complaint("encrypt", credentials.toString(), "--key", keySet()))
        .contains("is not a public key");
    Files.writeString(Path.of(keySet()), "{\"keys\":[{\"kty\":\"EC\",\"d\":\"secret\"}]}");
    assertThat(complaint("public", keySet())).contains("is not a JWK set").doesNotContain("secret");
  }

  private String keySet() {
    return directory.resolve("keys.jwks").toString();
  }

  private List<String> kids() throws Exception {
    return JWKSet.load(Path.of(keySet()).toFile()).getKeys().stream().map(JWK::getKeyID).toList();
  }

  private Path credentials(String json) throws Exception {
    return Files.writeString(directory.resolve("class-7.json"), json);
  }

  private String run(String... arguments) {
    StringWriter out = new StringWriter();
    assertThat(execute(out, arguments)).as(err.toString()).isZero();
    return out.toString();
  }

  private String complaint(String... arguments) {
    err.getBuffer().setLength(0);
    assertThat(execute(new StringWriter(), arguments)).isEqualTo(1);
    assertThat(err.toString().strip()).hasLineCount(1);
    return err.toString();
  }

  private int execute(StringWriter out, String... arguments) {
    CommandLine commandLine = Satchel.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    String[] all = new String[arguments.length + 1];
    all[0] = "keys";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return commandLine.execute(all);
  }
}
