package io.github.satchel.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.satchel.contract.ParsedRequest;
import io.github.satchel.contract.TrainingRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a request and follows it to its outcome. */
@Command(
    name = "submit",
    description = {
      "Checks a request, writes it to Kafka and follows it to its outcome.",
      "FILE is a request in JSON; a directory with a directory of pictures for each label; or a .csv"
          + " file of lines label,url[,imageid]; or - for a request in JSON from standard input."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:uploaded or stored; with --no-wait: written",
      "1:not written, because of Kafka or the file",
      "2:wrong usage",
      "3:not written, because the request is not valid",
      "4:failed, rejected or cancelled",
      "5:written, but the outcome was not seen before Kafka was lost or the time was up"
    })
final class SubmitCommand implements Callable<Integer> {

  /** After this much silence a hint is printed. */
  private static final Duration HINT_AFTER = Duration.ofSeconds(15);

  @Parameters(paramLabel = "FILE", description = "The request.")
  private Path file;

  @Mixin private KafkaOptions kafkaOptions;

  @Option(names = "--no-wait", description = "Do not wait for the outcome.")
  private boolean noWait;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      defaultValue = "15min",
      description =
          "Longest time to wait for the outcome: 30s, 15min, 1h, or seconds (${DEFAULT-VALUE}).")
  private Duration timeout;

  @Mixin private RequestFile requestFile;

  @Option(names = "--json", description = "Print the request's events, one JSON object a line.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    byte[] message = requestFile.read(file);
    ParsedRequest parsed = RequestFile.PARSER.parse(message, Instant.now());
    if (parsed instanceof ParsedRequest.Invalid invalid) {
      ValidateCommand.report(invalid, json, json ? out() : err());
      return ExitCode.INVALID;
    }
    TrainingRequest request = RequestFile.request(parsed);
    KafkaAccess kafka = kafkaOptions.access();
    if (noWait) {
      kafka.require(kafkaOptions.requestsTopic());
      write(kafka, request, message);
      return ExitCode.OK;
    }
    kafka.require(kafkaOptions.requestsTopic(), kafkaOptions.resultsTopic());
    try (ResultsReader results =
        new ResultsReader(kafka, kafkaOptions.resultsTopic(), /* fromBeginning= */ false)) {
      write(kafka, request, message);
      return follow(results, request);
    }
  }

  private void write(KafkaAccess kafka, TrainingRequest request, byte[] message)
      throws IOException, InterruptedException {
    kafka.write(kafkaOptions.requestsTopic(), request.projectId().getBytes(UTF_8), message);
    if (!json) {
      say(
          out(),
          "Request " + request.requestId() + " is written: " + request.images() + " pictures");
    }
  }

  private int follow(ResultsReader results, TrainingRequest request) throws InterruptedException {
    long start = System.nanoTime();
    boolean heard = false;
    boolean hinted = false;
    try (RequestProgress progress = RequestProgress.of(request, json, out())) {
      while (System.nanoTime() - start < timeout.toNanos()) {
        for (JsonNode event : results.read()) {
          if (event.path("requestId").asText().equals(request.requestId())) {
            heard = true;
            progress.show(event);
            if (EventText.isOutcome(event)) {
              return EventText.isSuccess(event) ? ExitCode.OK : ExitCode.UNSUCCESSFUL;
            }
          }
        }
        if (!heard && !hinted && System.nanoTime() - start > HINT_AFTER.toNanos()) {
          hinted = true;
          say(err(), "No event yet: is the job running, or was this requestId used before?");
        }
      }
    } catch (IOException e) {
      say(
          err(),
          "Lost contact while following request "
              + request.requestId()
              + ", which is written. "
              + e.getMessage());
      say(err(), wayOut(request));
      return ExitCode.UNSEEN;
    }
    say(
        err(),
        "No outcome of request %s in %s s%s"
            .formatted(
                request.requestId(),
                timeout.toSeconds(),
                heard ? "" : ": is the job running, or was this requestId used before?"));
    say(err(), wayOut(request));
    return ExitCode.UNSEEN;
  }

  private static String wayOut(TrainingRequest request) {
    return "To see its outcome: ./satchel watch --from-beginning --request " + request.requestId();
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }

  private static void say(PrintWriter writer, String line) {
    writer.println(line);
    writer.flush();
  }
}
