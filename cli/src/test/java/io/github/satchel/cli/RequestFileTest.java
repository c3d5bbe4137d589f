package io.github.satchel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.satchel.contract.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Requests in every form that a file can have, through {@code satchel validate}. */
class RequestFileTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path directory;

  @Test
  void aRequestOfTheContractIsValid() {
    assertThat(validate("../docs/contract/examples/request-drawn.json")).isZero();

    assertThat(out.toString()).contains("Request 01JD8Z7K2P is valid: 2 labels, 20 pictures");
  }

  @Test
  void everyFaultIsNamedWithItsPlace() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("request.json"),
            """
            {"requestId": "a b", "projectId": "p", "name": "n", "deliverTo": {},
             "labels": {"cat": [{"type": "download", "imageid": "1"}], "dog": []}}
            """);

    assertThat(validate(file.toString())).isEqualTo(3);

    assertThat(out.toString())
        .contains("/requestId", "/labels/cat/0/url", "/deliverTo")
        .containsPattern("label-too-few-images +cat +/labels/cat +Not enough images");
  }

  @Test
  void faultsAreJsonForScripts() throws IOException {
    Path file = Files.writeString(directory.resolve("request.json"), "{\"requestId\": ");

    assertThat(validate(file.toString(), "--json")).isEqualTo(3);

    JsonNode report = Json.MAPPER.readTree(out.toString());
    assertThat(report.required("valid").booleanValue()).isFalse();
    assertThat(report.at("/failures/0/message").textValue()).startsWith("not JSON");
  }

  @Test
  void aDirectoryOfPicturesForEachLabelIsARequest() throws IOException {
    Path pets = Files.createDirectory(directory.resolve("pets"));
    for (String label : new String[] {"cat", "big dog"}) {
      Path pictures = Files.createDirectory(pets.resolve(label));
      for (int i = 0; i < 10; i++) {
        Files.createFile(pictures.resolve(i + ".jpg"));
      }
      Files.createFile(pictures.resolve(".hidden"));
    }
    Files.createFile(pets.resolve("README"));

    assertThat(validate(pets.toString(), "--base-url", "https://example.org/pets/")).isZero();

    assertThat(out.toString()).contains("2 labels, 20 pictures");
  }

  @Test
  void aDirectoryNeedsToBeOnTheWeb() {
    assertThat(validate(directory.toString())).isEqualTo(1);

    assertThat(err.toString().strip()).hasLineCount(1).contains("--base-url");
  }

  @Test
  void addressesOfADirectoryAreEscaped() throws IOException {
    Path label = Files.createDirectories(directory.resolve("pets/big dog"));
    Files.createFile(label.resolve("a b#1.jpg"));
    RequestFile file =
        CommandLine.populateCommand(new RequestFile(), "--base-url", "https://e.org");

    JsonNode request = Json.MAPPER.readTree(file.read(directory.resolve("pets")));

    assertThat(request.at("/labels/big dog/0/url").textValue())
        .isEqualTo("https://e.org/big%20dog/a%20b%231.jpg");
    assertThat(request.at("/labels/big dog/0/imageid").textValue()).isEqualTo("big dog-a b#1.jpg");
    assertThat(request.required("projectId").textValue()).isEqualTo("pets");
    assertThat(request.at("/deliverTo/store").isObject()).isTrue();
  }

  @Test
  void aCsvFileOfAddressesIsARequest() throws IOException {
    StringBuilder csv = new StringBuilder("label, url\n\n");
    for (int i = 0; i < 10; i++) {
      csv.append("cat, \"https://example.org/cat,").append(i).append(".jpg\"\r\n");
      csv.append("dog,https://example.org/dog")
          .append(i)
          .append(".jpg,my-dog-")
          .append(i)
          .append('\n');
    }
    Path file = Files.writeString(directory.resolve("pets.csv"), csv);

    assertThat(validate(file.toString(), "--credentials", "class-7,pool-3")).isZero();

    JsonNode request = Json.MAPPER.readTree(new RequestFile().read(file));
    assertThat(request.at("/labels/cat/9/url").textValue())
        .isEqualTo("https://example.org/cat,9.jpg");
    assertThat(request.at("/labels/cat/9/imageid").textValue()).isEqualTo("cat-10");
    assertThat(request.at("/labels/dog/0/imageid").textValue()).isEqualTo("my-dog-0");
  }

  @Test
  void aCsvLineWithoutAnAddressIsNamed() throws IOException {
    Path file = Files.writeString(directory.resolve("pets.csv"), "cat,https://e.org/1.jpg\ncat\n");

    assertThat(validate(file.toString())).isEqualTo(1);

    assertThat(err.toString().strip())
        .hasLineCount(1)
        .contains("a line without label and url: cat", "label,url");
  }

  @Test
  void aMissingFileIsOneSentence() {
    assertThat(validate("nowhere.json")).isEqualTo(1);

    assertThat(err.toString().strip()).hasLineCount(1).startsWith("Cannot read nowhere.json");
  }

  private int validate(String... arguments) {
    CommandLine commandLine = Satchel.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    String[] all = new String[arguments.length + 1];
    all[0] = "validate";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return commandLine.execute(all);
  }
}
