package io.github.satchel.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.client.RequestBuilder;
import io.github.satchel.contract.Json;
import io.github.satchel.contract.ParsedRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Has the job forget a project or a user. */
@Command(
    name = "forget",
    description = {
      "Removes what the job has of a project or of a user: open requests end, and archives, journals,"
          + " cached pictures and classifiers are deleted.",
      "Prints what was removed, and what remains because it is not in the job's power."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:it is removed",
      "1:not written, because of Kafka",
      "2:wrong usage",
      "3:the id is not valid: not written, or rejected by the job",
      "5:written, but no answer was seen before Kafka was lost or the time was up"
    })
final class ForgetCommand implements Callable<Integer> {

  @ArgGroup(exclusive = true, multiplicity = "1")
  private Whom whom = new Whom();

  @Mixin private KafkaOptions kafkaOptions;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      defaultValue = "15min",
      description =
          "Longest time to wait for the answer: 30s, 15min, 1h, or seconds (${DEFAULT-VALUE}).")
  private Duration timeout;

  @Option(names = "--json", description = "Print the answer, a JSON object.")
  private boolean json;

  @Spec private CommandSpec spec;

  /** One of the two. */
  private static final class Whom {

    @Option(
        names = "--project",
        paramLabel = "ID",
        required = true,
        description = "The projectId of its requests.")
    private @Nullable String project;

    @Option(
        names = "--user",
        paramLabel = "ID",
        required = true,
        description = "The userId of the requests.")
    private @Nullable String user;

    ObjectNode message(String requestId) {
      return project == null
          ? RequestBuilder.forgetUser(requestId, String.valueOf(user))
          : RequestBuilder.forgetProject(requestId, project);
    }

    byte @Nullable [] key() {
      return project == null ? null : project.getBytes(UTF_8);
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    String id = UUID.randomUUID().toString();
    byte[] message = Json.MAPPER.writeValueAsBytes(whom.message(id));
    if (RequestFile.PARSER.parse(message, Instant.now()) instanceof ParsedRequest.Invalid invalid) {
      ValidateCommand.report(invalid, json, json ? out : spec.commandLine().getErr());
      return ExitCode.INVALID;
    }
    KafkaAccess kafka = kafkaOptions.access();
    kafka.require(kafkaOptions.requestsTopic(), kafkaOptions.resultsTopic());
    try (ResultsReader results =
        new ResultsReader(kafka, kafkaOptions.resultsTopic(), /* fromBeginning= */ false)) {
      kafka.write(kafkaOptions.requestsTopic(), whom.key(), message);
      return await(results, id);
    }
  }

  private int await(ResultsReader results, String id) throws InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    long start = System.nanoTime();
    try {
      while (System.nanoTime() - start < timeout.toNanos()) {
        for (JsonNode event : results.read()) {
          if (!event.path("requestId").asText().equals(id)) {
            continue;
          }
          if (EventText.type(event).equals("forgotten")) {
            print(event);
            return ExitCode.OK;
          }
          if (EventText.type(event).equals("rejected")) {
            if (json) {
              spec.commandLine().getOut().println(event);
            } else {
              err.println(TextTable.printable(event.at("/error/message").asText()));
            }
            return ExitCode.INVALID;
          }
        }
      }
      err.println("No answer in %s s: is the job running?".formatted(timeout.toSeconds()));
    } catch (IOException e) {
      err.println("Lost contact while waiting for the answer. " + e.getMessage());
    }
    err.println(
        "The message is written. To see the answer: ./satchel watch --from-beginning --request "
            + id);
    return ExitCode.UNSEEN;
  }

  private void print(JsonNode event) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(event);
      return;
    }
    JsonNode forgotten = event.path("forgotten");
    out.println("Removed: " + EventText.forgotten(forgotten));
    out.println("Not in the job's power:");
    forgotten
        .path("remaining")
        .forEach(each -> out.println("  " + TextTable.printable(each.asText())));
  }
}
