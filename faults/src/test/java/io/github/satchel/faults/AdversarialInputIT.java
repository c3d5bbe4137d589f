package io.github.satchel.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.satchel.contract.Topics;
import io.github.satchel.faults.History.Aftermath;
import io.github.satchel.faults.History.Circumstances;
import io.github.satchel.faults.History.Create;
import io.github.satchel.faults.History.Zip;
import io.github.satchel.testkit.JobSettings;
import io.github.satchel.testkit.LocalServices;
import io.github.satchel.testkit.flink.RunningJob;
import io.github.satchel.testkit.pictures.PictureFault;
import io.github.satchel.testkit.watson.Examples;
import io.github.satchel.trainer.api.CallKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is written to the requests topic, the job never restarts and everything is answered. */
class AdversarialInputIT {

  private static final long SEED = Long.getLong("faults.seed", 1);
  private static final int MESSAGES = Integer.getInteger("faults.messages", 300);

  /** Messages that have no answer yet, at most. */
  private static final int AHEAD = 1_000;

  @TempDir private Path directory;

  @Test
  void nothingThatIsWrittenStopsTheJobOrStaysUnanswered() throws Exception {
    try (LocalServices services =
            LocalServices.builder(directory.resolve("services")).watsonKeys(2, 100_000).start();
        HostilePictures hostile = new HostilePictures(services.pictures());
        RunningJob job = RunningJob.start(settings(services, hostile), directory);
        Recorder plain = new Recorder(services.kafka().bootstrapServers(), "none")) {
      services.pictures().drawAll();
      var messages =
          new AdversarialMessages(SEED, pictures(services, hostile), List.of("pool-1", "pool-2"));
      for (int i = 0; i < MESSAGES; i++) {
        plain.send(messages.next(Topics.REQUESTS));
        if (i % 100 == 0) {
          await("room for more, after " + i)
              .until(() -> plain.open() < AHEAD || !job.failures().isEmpty());
        }
      }
      await("all answers").until(() -> plain.open() == 0 || !job.failures().isEmpty());

      assertThat(job.failures()).isEmpty();
      assertThat(job.status()).isEqualTo(JobStatus.RUNNING);
      Verdict verdict =
          Checker.judge(
              new History(
                  plain.sent(),
                  plain.told(),
                  plain.letters(),
                  creates(services),
                  ArchivesListing.of(services.archivesDirectory()),
                  new Circumstances(false, false),
                  Aftermath.NONE));
      System.out.println("Adversarial input, seed " + SEED + ": " + verdict);
      assertThat(verdict.violations()).isEmpty();
      assertThat(verdict.messages()).isEqualTo(MESSAGES);
    }
  }

  private static Map<String, String> settings(LocalServices services, HostilePictures hostile) {
    Map<String, String> settings = JobSettings.of(services.endpoints());
    settings.merge("fetch.allowed-ports", String.valueOf(hostile.port()), (a, b) -> a + ";" + b);
    settings.put("fetch.timeout", "2 s");
    settings.put("fetch.idle-timeout", "1 s");
    settings.put("fetch.max-attempts", "1");
    settings.put("fetch.max-retry-after", "100 ms");
    settings.put("trainer.max-attempts", "2");
    return settings;
  }

  /** Of eight, five tampered with, two good ones and one that is bad in a known way. */
  private static LongFunction<String> pictures(LocalServices services, HostilePictures hostile) {
    PictureFault[] faults = PictureFault.values();
    return n ->
        switch ((int) (n % 8)) {
          case 0, 1 -> services.pictures().pictureUrl(n);
          case 2 -> services.pictures().faultUrl(faults[(int) (n / 8 % faults.length)], n);
          default -> hostile.url(n);
        };
  }

  private static List<Create> creates(LocalServices services) {
    return services.watson().history().stream()
        .filter(call -> call.kind() == CallKind.CREATE && call.status() == 200)
        .map(
            call ->
                new Create(
                    String.valueOf(call.classifierId()),
                    String.valueOf(call.name()),
                    call.examples().stream()
                        .collect(
                            Collectors.toMap(
                                examples -> String.valueOf(examples.className()),
                                AdversarialInputIT::zip))))
        .toList();
  }

  private static Zip zip(Examples examples) {
    return new Zip(examples.entries(), examples.sha256());
  }
}
