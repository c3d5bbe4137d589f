package io.github.satchel.connectors.training.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.satchel.connectors.training.credentials.Credentials.Auth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsDirectoryTest {

  private static final String CLASS_7 =
      "{\"url\":\"https://watson.example/api\",\"apikey\":\"k7\",\"note\":\"of Ms Lee\"}";

  private Path secrets;
  private CredentialsDirectory credentials;

  @BeforeEach
  void start(@TempDir Path directory) throws IOException {
    secrets = Files.createDirectory(directory.resolve("secrets"));
    Files.writeString(directory.resolve("outside.json"), CLASS_7);
    credentials = new CredentialsDirectory(secrets.toString());
  }

  @Test
  void aFileHoldsUrlAndKey() throws Exception {
    Files.writeString(secrets.resolve("class-7.json"), CLASS_7);

    assertThat(InstantiationUtil.clone(credentials).resolve("class-7"))
        .contains(new Credentials("https://watson.example/api", "k7"));
  }

  @Test
  void aFileSaysHowTheKeyIsShown() throws Exception {
    Files.writeString(
        secrets.resolve("basic.json"),
        "{\"url\":\"https://watson.example\",\"apikey\":\"k7\",\"auth\":\"basic\"}");
    Files.writeString(
        secrets.resolve("legacy.json"), "{\"url\":\"https://watson.example\",\"api_key\":\"k7\"}");

    assertThat(credentials.resolve("basic"))
        .contains(new Credentials("https://watson.example", "k7", Auth.BASIC));
    assertThat(credentials.resolve("legacy"))
        .contains(new Credentials("https://watson.example", "k7", Auth.API_KEY));
  }

  @Test
  void changesOnDiskArePickedUp() throws IOException {
    assertThat(credentials.resolve("class-7")).isEmpty();
    Files.writeString(secrets.resolve("class-7.json"), CLASS_7);
    assertThat(credentials.resolve("class-7")).isPresent();
    Files.writeString(secrets.resolve("class-7.json"), CLASS_7.replace("k7", "k8"));
    assertThat(credentials.resolve("class-7")).map(Credentials::apiKey).contains("k8");
    Files.delete(secrets.resolve("class-7.json"));
    assertThat(credentials.resolve("class-7")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../outside", "..", "", "/etc/passwd", "a/b", ".hidden", "a\u0000b", "a\n"})
  void aNameCannotLeaveTheDirectory(String name) {
    assertThat(credentials.resolve(name)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "not json",
        "null",
        "[]",
        "{\"url\":\"https://watson.example\"}",
        "{\"url\":\"https://watson.example\",\"apikey\":\"\"}",
        "{\"url\":\"https://watson.example\",\"apikey\":null}",
        "{\"apikey\":\"k\"}",
        "{\"url\":\"watson.example\",\"apikey\":\"k\"}",
        "{\"url\":\"https://watson.example\",\"apikey\":\"k\",\"auth\":\"magic\"}",
        "{\"url\":\"file:///etc\",\"apikey\":\"k\"}",
        "{\"url\":\"https://watson.example?api_key=k\",\"apikey\":\"k\"}"
      })
  void aFileThatDoesNotHoldThemIsNoCredentials(String content) throws IOException {
    Files.writeString(secrets.resolve("class-7.json"), content);

    assertThat(credentials.resolve("class-7")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://apikey:hidden@watson.example",
        "https://watson.example?api_key=hidden",
        "https://watson.example#hidden",
        "hidden",
        "https://hid den"
      })
  void aUrlIsPlainAndNotRepeatedInTheError(String url) {
    assertThatThrownBy(() -> new Credentials(url, "key"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("hid")
        .hasNoCause();
  }

  @Test
  void theKeyIsNotPrinted() {
    assertThat(new Credentials("https://watson.example", "k7"))
        .hasToString("Credentials[url=https://watson.example, apiKey=***, auth=IAM]");
  }
}
