package io.github.satchel.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.client.RequestBuilder;
import io.github.satchel.contract.Json;
import io.github.satchel.contract.ParsedRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Cancels a request. */
@Command(
    name = "cancel",
    description = {
      "Cancels a request: it ends as cancelled, unless all its pictures are there already.",
      "A request that has ended, or that the job does not know, stays as it is."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:the cancel is written",
      "1:not written, because of Kafka",
      "2:wrong usage",
      "3:not written, because the id is not valid"
    })
final class CancelCommand implements Callable<Integer> {

  @Option(
      names = "--request",
      paramLabel = "ID",
      required = true,
      description = "The requestId of the request.")
  private String request;

  @Mixin private KafkaOptions kafkaOptions;

  @Option(names = "--json", description = "Print the message that is written.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    ObjectNode message = RequestBuilder.cancel(request);
    byte[] bytes = Json.MAPPER.writeValueAsBytes(message);
    if (RequestFile.PARSER.parse(bytes, Instant.now()) instanceof ParsedRequest.Invalid invalid) {
      ValidateCommand.report(invalid, json, json ? out : spec.commandLine().getErr());
      return ExitCode.INVALID;
    }
    KafkaAccess kafka = kafkaOptions.access();
    kafka.require(kafkaOptions.requestsTopic());
    kafka.write(kafkaOptions.requestsTopic(), null, bytes);
    out.println(
        json
            ? message
            : "The cancel is written. To see the outcome: ./satchel watch --from-beginning --request "
                + request);
    return ExitCode.OK;
  }
}
