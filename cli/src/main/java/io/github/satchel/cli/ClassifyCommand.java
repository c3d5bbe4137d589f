package io.github.satchel.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.contract.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks a classifier what pictures show. */
@Command(
    name = "classify",
    description = {
      "Asks a classifier what pictures show.",
      "The id of a classifier is in the events uploaded and ready, and on the trainer's page."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:every picture was classified",
      "1:the trainer or a file cannot be read",
      "2:wrong usage",
      "4:a picture was not classified, or there is no such classifier"
    })
final class ClassifyCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Pictures, JPEG or PNG.")
  private List<Path> files;

  @Option(
      names = "--classifier",
      required = true,
      paramLabel = "ID",
      description = "The id of the classifier.")
  private String classifier;

  @Option(
      names = "--credentials",
      required = true,
      paramLabel = "FILE",
      description = "A credentials file as the job has it: {\"url\", \"apikey\"}.")
  private Path credentials;

  @Option(
      names = "--threshold",
      defaultValue = "0",
      description = "Classes below this confidence are not shown, 0 to 1 (${DEFAULT-VALUE}).")
  private double threshold;

  @Option(
      names = "--json",
      description = "Print the trainer's answer for each picture, a line each.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    JsonNode access = access();
    var http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    PrintWriter out = spec.commandLine().getOut();
    int status = ExitCode.OK;
    for (Path file : files) {
      HttpResponse<String> response = ask(http, access, file);
      JsonNode image = image(response);
      if (json) {
        out.println(((ObjectNode) image.deepCopy()).put("file", file.toString()));
      } else {
        print(file, image, out);
      }
      if (response.statusCode() != 200 || image.has("error")) {
        status = ExitCode.UNSUCCESSFUL;
      }
      out.flush();
    }
    return status;
  }

  private JsonNode access() throws IOException {
    try {
      JsonNode access = Json.MAPPER.readTree(credentials.toFile());
      if (access.path("url").isTextual() && access.path("apikey").isTextual()) {
        return access;
      }
    } catch (JsonProcessingException e) {
      // said below, without what the file holds
    }
    throw new IOException(credentials + " is not {\"url\", \"apikey\"}");
  }

  private HttpResponse<String> ask(HttpClient http, JsonNode access, Path file)
      throws IOException, InterruptedException {
    String boundary = UUID.randomUUID().toString();
    var form = new ByteArrayOutputStream();
    part(form, boundary, "classifier_ids", classifier.getBytes(StandardCharsets.UTF_8));
    part(form, boundary, "threshold", Double.toString(threshold).getBytes(StandardCharsets.UTF_8));
    part(form, boundary, "images_file\"; filename=\"picture", Files.readAllBytes(file));
    form.writeBytes(("--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8));
    String url = access.path("url").textValue();
    String pair = "apikey:" + access.path("apikey").textValue();
    var request =
        HttpRequest.newBuilder(URI.create(url + "/v3/classify?version=2018-03-19"))
            .timeout(PATIENCE)
            .header(
                "Authorization",
                "Basic "
                    + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)))
            .header("Content-Type", "multipart/form-data; boundary=" + boundary)
            .POST(BodyPublishers.ofByteArray(form.toByteArray()))
            .build();
    try {
      return http.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IOException("The trainer at " + url + " does not answer: " + e, e);
    }
  }

  private static void part(
      ByteArrayOutputStream form, String boundary, String name, byte[] content) {
    String head =
        "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n";
    form.writeBytes(head.getBytes(StandardCharsets.UTF_8));
    form.writeBytes(content);
    form.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
  }

  /** What the answer says of the one picture, or of the call. */
  private static JsonNode image(HttpResponse<String> response) throws IOException {
    try {
      JsonNode body = Json.MAPPER.readTree(response.body());
      JsonNode image = body.at("/images/0");
      if (image.isObject()) {
        return image;
      }
      if (body.isObject() && response.statusCode() != 200) {
        ObjectNode error = Json.MAPPER.createObjectNode();
        String description = body.at("/error/description").asText("");
        error
            .putObject("error")
            .put("code", response.statusCode())
            .put("description", description.isEmpty() ? body.path("error").asText() : description);
        return error;
      }
    } catch (JsonProcessingException e) {
      // a page of something in between
    }
    throw new IOException("The trainer answered " + response.statusCode() + " and no result");
  }

  private static void print(Path file, JsonNode image, PrintWriter out) {
    if (image.has("error")) {
      out.println(file + ": " + image.at("/error/description").asText());
      return;
    }
    JsonNode classes = image.at("/classifiers/0/classes");
    if (classes.isEmpty()) {
      out.println(file + ": none of these");
      return;
    }
    out.println(file + ":");
    for (JsonNode one : classes) {
      double score = one.path("score").asDouble();
      out.println(
          "  %5.1f %%  %-20s %s"
              .formatted(
                  100 * score,
                  "#".repeat((int) Math.round(20 * score)),
                  TextTable.printable(one.path("class").asText())));
    }
  }
}
