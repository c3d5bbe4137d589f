package io.github.satchel.testkit.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.satchel.client.TrainerClient;
import io.github.satchel.contract.Json;
import io.github.satchel.testkit.LocalServices;
import io.github.satchel.testkit.pictures.Subject;
import io.github.satchel.trainer.Trainer;
import io.github.satchel.trainer.embedding.DefaultNetwork;
import io.github.satchel.trainer.embedding.Network;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** The trainer of a demo, and an exam for what it has trained. */
final class DemoTrainer implements AutoCloseable {
  private static final String KEY_NAME = "pool-1";
  private static final String KEY = "local-key-of-the-trainer";
  private static final int ASKED_A_LABEL = 10;
  private static final long UNSEEN = 1_000_000_000L;

  private final Trainer trainer;
  private final TrainerClient client;

  private DemoTrainer(Trainer trainer) {
    this.trainer = trainer;
    client = new TrainerClient(trainer.uri().toString(), KEY);
  }

  /**
   * Starts a trainer whose key has the emulator's place among the credentials.
   *
   * @throws IOException with a sentence for people, if there is no network to train with
   */
  static DemoTrainer start(LocalServices services, Path directory, int slots) throws IOException {
    Network network = DefaultNetwork.open(DefaultNetwork.cacheDirectory(System.getenv()));
    Trainer trainer = Trainer.builder(directory, network).withKey(KEY_NAME, KEY, slots).start();
    Json.MAPPER.writeValue(
        services.credentialsDirectory().resolve(KEY_NAME + ".json").toFile(),
        Map.of("url", trainer.uri().toString(), "apikey", KEY));
    return new DemoTrainer(trainer);
  }

  /** Has the job talk to it, and ask soon what has become of a training. */
  void addTo(Map<String, String> settings) {
    settings.put("watson.iam-url", trainer.uri().toString());
    settings.put("credentials.allowed-origins", trainer.uri().toString());
    settings.put("watson.follow-interval", "100 ms");
    settings.put("watson.follow-max-interval", "2 s");
  }

  /** The teacher's page, and how to see it. */
  String address() {
    return trainer.uri() + " (user apikey, password " + KEY + ")";
  }

  /** How many classifiers it has. */
  int classifiers() throws IOException, InterruptedException {
    return client.classifiers();
  }

  /**
   * Asks a classifier about pictures that it has never seen, the same number of each label.
   *
   * @return the share that it named as they were meant, 0 to 1
   */
  double exam(LocalServices services, Pupil pupil, String classifierId)
      throws IOException, InterruptedException {
    int asked = 0;
    int right = 0;
    for (String label : pupil.labels()) {
      Subject subject = SchoolClass.subject(label);
      for (int i = 0; i < ASKED_A_LABEL; i++) {
        long n = UNSEEN + (long) pupil.name().hashCode() * ASKED_A_LABEL + i;
        byte[] picture = services.pictures().picture(subject, Math.abs(n));
        asked++;
        JsonNode image = client.classify(classifierId, picture, 0);
        if (label.equals(image.at("/classifiers/0/classes/0/class").asText())) {
          right++;
        }
      }
    }
    return (double) right / asked;
  }

  @Override
  public void close() throws IOException {
    trainer.close();
  }
}
