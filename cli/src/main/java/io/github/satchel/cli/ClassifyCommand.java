package io.github.satchel.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.client.TrainerClient;
import io.github.satchel.contract.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    TrainerClient trainer = trainer();
    PrintWriter out = spec.commandLine().getOut();
    int status = ExitCode.OK;
    for (Path file : files) {
      JsonNode image = trainer.classify(classifier, Files.readAllBytes(file), threshold);
      if (json) {
        out.println(((ObjectNode) image.deepCopy()).put("file", file.toString()));
      } else {
        print(file, image, out);
      }
      if (image.has("error")) {
        status = ExitCode.UNSUCCESSFUL;
      }
      out.flush();
    }
    return status;
  }

  private TrainerClient trainer() throws IOException {
    try {
      JsonNode access = Json.MAPPER.readTree(credentials.toFile());
      JsonNode url = access.path("url");
      JsonNode key = access.path("apikey");
      if (url.isTextual() && key.isTextual()) {
        return new TrainerClient(url.textValue(), key.textValue());
      }
    } catch (JsonProcessingException e) {
      // said below, without what the file holds
    }
    throw new IOException(credentials + " is not {\"url\", \"apikey\"}");
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
