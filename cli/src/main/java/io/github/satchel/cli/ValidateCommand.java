package io.github.satchel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.contract.Json;
import io.github.satchel.contract.ParsedRequest;
import io.github.satchel.contract.TrainingRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks a request as the job would. */
@Command(
    name = "validate",
    description = {
      "Checks a request as the job would, and names every wrong field. Writes nothing.",
      "FILE is a request in JSON; a directory with a directory of pictures for each label; or a .csv"
          + " file of lines label,url[,imageid]; or - for a request in JSON from standard input."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:the request is valid",
      "1:the file cannot be read",
      "2:wrong usage",
      "3:the request is not valid"
    })
final class ValidateCommand implements Callable<Integer> {

  @Parameters(paramLabel = "FILE", description = "The request.")
  private Path file;

  @Mixin private RequestFile requestFile;

  @Option(
      names = "--json",
      description = "Print one JSON object with the fields valid and failures.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    ParsedRequest parsed = RequestFile.PARSER.parse(requestFile.read(file), Instant.now());
    PrintWriter out = spec.commandLine().getOut();
    if (parsed instanceof ParsedRequest.Invalid invalid) {
      report(invalid, json, out);
      return ExitCode.INVALID;
    }
    TrainingRequest request = RequestFile.request(parsed);
    if (json) {
      out.println(Json.MAPPER.createObjectNode().put("valid", true));
    } else {
      out.println(
          "Request %s is valid: %d labels, %d pictures"
              .formatted(request.requestId(), request.labels().size(), request.images()));
    }
    return ExitCode.OK;
  }

  /** Prints what is wrong with a request. */
  static void report(ParsedRequest.Invalid invalid, boolean json, PrintWriter out) {
    JsonNode failures = Json.MAPPER.valueToTree(invalid.failures());
    if (json) {
      ObjectNode report = Json.MAPPER.createObjectNode().put("valid", false);
      report.set("failures", failures);
      out.println(report);
    } else {
      out.println(invalid.summary());
      EventText.failureLines(failures).forEach(out::println);
    }
  }
}
