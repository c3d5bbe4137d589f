package io.github.satchel.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.satchel.cli.DeadLetters.Letter;
import io.github.satchel.contract.Json;
import io.github.satchel.contract.Topics;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Sends dead letters to the job again. */
@Command(
    name = "replay",
    description = {
      "Lists the messages that the job could not serve. If you choose some, writes them to the"
          + " requests topic again, unchanged.",
      "Dead letters stay in their topic: what was replayed is listed again next time."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:listed; or everything that was chosen is written",
      "1:Kafka failed, or a chosen dead letter does not contain its message",
      "2:wrong usage; or the choice was not confirmed"
    })
final class ReplayCommand implements Callable<Integer> {

  @Option(
      names = "--offset",
      split = ",",
      paramLabel = "PARTITION@OFFSET",
      description = "Choose this dead letter; may be repeated.")
  private List<String> offsets = List.of();

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Choose the dead letters whose reason contains this text.")
  private @Nullable String reason;

  @Option(names = "--all", description = "Choose every dead letter.")
  private boolean all;

  @Option(names = "--yes", description = "Do not ask before writing.")
  private boolean yes;

  @Mixin private KafkaOptions kafkaOptions;

  @Option(
      names = "--dead-letters-topic",
      paramLabel = "TOPIC",
      defaultValue = "${SATCHEL_DEAD_LETTERS_TOPIC:-" + Topics.DEAD_LETTERS + "}",
      description = "(SATCHEL_DEAD_LETTERS_TOPIC, or " + Topics.DEAD_LETTERS + ").")
  private String deadLettersTopic;

  @Option(names = "--json", description = "Print one JSON object a line for each dead letter.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    KafkaAccess kafka = kafkaOptions.access();
    kafka.require(deadLettersTopic, kafkaOptions.requestsTopic());
    DeadLetters letters = new DeadLetters(kafka, deadLettersTopic);
    boolean choosing = all || reason != null || !offsets.isEmpty();
    Map<String, Letter> listed = new LinkedHashMap<>();
    letters.forEach(
        message -> {
          Letter letter = Letter.of(message);
          if (!choosing || isChosen(letter)) {
            listed.put(letter.offset(), letter);
          }
        });
    requireKnown(listed);
    print(listed);
    if (!choosing || listed.isEmpty()) {
      return ExitCode.OK;
    }
    confirm(listed.size());
    return replay(kafka, letters, listed);
  }

  private boolean isChosen(Letter letter) {
    return all
        || offsets.contains(letter.offset())
        || (reason != null
            && letter.reason().toLowerCase(Locale.ROOT).contains(reason.toLowerCase(Locale.ROOT)));
  }

  private void requireKnown(Map<String, Letter> listed) {
    TreeSet<String> unknown = new TreeSet<>(offsets);
    unknown.removeAll(listed.keySet());
    if (!unknown.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "No dead letter at "
              + String.join(", ", unknown)
              + " of "
              + deadLettersTopic
              + "; without --offset all are listed");
    }
  }

  private void print(Map<String, Letter> listed) throws JsonProcessingException {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      for (Letter letter : listed.values()) {
        out.println(Json.MAPPER.writeValueAsString(letter));
      }
    } else if (listed.isEmpty()) {
      out.println("No dead letters");
    } else {
      TextTable table = new TextTable("OFFSET", "AT", "BYTES", "REQUEST", "REASON");
      for (Letter letter : listed.values()) {
        table.add(
            letter.offset(),
            letter.at().toString(),
            String.valueOf(letter.bytes()),
            letter.requestId() == null ? "" : letter.requestId(),
            letter.reason());
      }
      table.lines().forEach(out::println);
    }
    out.flush();
  }

  private void confirm(int count) throws IOException {
    if (yes) {
      return;
    }
    String question = "Write " + count + " to " + kafkaOptions.requestsTopic();
    if (!Satchel.hasTerminal()) {
      throw new ParameterException(
          spec.commandLine(), question + "? Not written: confirm with --yes");
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(question + "? [y/N] ");
    out.flush();
    String answer =
        new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())).readLine();
    if (!"y".equals(answer)) {
      throw new IOException("Nothing is written");
    }
  }

  private int replay(KafkaAccess kafka, DeadLetters letters, Map<String, Letter> chosen)
      throws IOException, InterruptedException {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer = kafka.producer()) {
      letters.forEach(
          message -> {
            if (message.value() != null && chosen.containsKey(Letter.of(message).offset())) {
              sent.add(producer.send(DeadLetters.original(message, kafkaOptions.requestsTopic())));
            }
          });
      for (Future<RecordMetadata> each : sent) {
        each.get();
      }
    } catch (ExecutionException | KafkaException e) {
      throw kafka.problem(e);
    }
    PrintWriter err = spec.commandLine().getErr();
    err.println(sent.size() + " written to " + kafkaOptions.requestsTopic());
    int empty = chosen.size() - sent.size();
    if (empty > 0) {
      err.println(empty + " not written: the dead letter does not contain its message");
    }
    return empty == 0 ? ExitCode.OK : 1;
  }
}
