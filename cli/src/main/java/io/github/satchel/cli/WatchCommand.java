package io.github.satchel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows events as they arrive. */
@Command(
    name = "watch",
    description = {
      "Shows the progress of all requests, a line an event, until Ctrl-C.",
      "With --request it ends with the outcome of the request."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:with --request: uploaded, stored or forgotten",
      "1:Kafka cannot be reached, or the connection was lost",
      "2:wrong usage",
      "4:with --request: failed, rejected or cancelled"
    })
final class WatchCommand implements Callable<Integer> {

  @Option(names = "--project", paramLabel = "ID", description = "Only events of this projectId.")
  private @Nullable String project;

  @Option(
      names = "--request",
      paramLabel = "ID",
      description =
          "Only events of this requestId, up to its outcome; of a forget, up to its answer.")
  private @Nullable String request;

  @Option(names = "--from-beginning", description = "Start with the oldest event.")
  private boolean fromBeginning;

  @Mixin private KafkaOptions kafkaOptions;

  @Option(names = "--json", description = "Print events unchanged, one JSON object a line.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    KafkaAccess kafka = kafkaOptions.access();
    kafka.require(kafkaOptions.resultsTopic());
    PrintWriter out = spec.commandLine().getOut();
    try (ResultsReader results =
        new ResultsReader(kafka, kafkaOptions.resultsTopic(), fromBeginning)) {
      while (true) {
        for (JsonNode event : results.read()) {
          if (!isWanted(event)) {
            continue;
          }
          print(event, out);
          if (request != null && EventText.isLast(event)) {
            out.flush();
            return EventText.isSuccess(event) ? ExitCode.OK : ExitCode.UNSUCCESSFUL;
          }
        }
        out.flush();
      }
    }
  }

  private boolean isWanted(JsonNode event) {
    return (project == null || event.path("projectId").asText().equals(project))
        && (request == null || event.path("requestId").asText().equals(request));
  }

  private void print(JsonNode event, PrintWriter out) {
    if (json) {
      out.println(event);
      return;
    }
    String line =
        String.join(
            "  ",
            event.path("at").asText(),
            event.path("projectId").asText(),
            event.path("requestId").asText(),
            EventText.type(event),
            EventText.details(event));
    out.println(TextTable.printable(line));
    EventText.failures(event).forEach(failure -> out.println("    " + failure));
  }
}
