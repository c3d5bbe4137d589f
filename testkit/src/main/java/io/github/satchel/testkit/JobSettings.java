package io.github.satchel.testkit;

import io.github.satchel.job.SatchelConfiguration;
import io.github.satchel.testkit.s3.LocalS3;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The job's settings against local services. */
public final class JobSettings {

  private JobSettings() {}

  /** By dotted key, as they stand in a configuration file. */
  public static Map<String, String> of(Endpoints endpoints) {
    Map<String, String> settings = new HashMap<>();
    settings.put("site.name", "Satchel on this machine");
    settings.put("site.contact", "nobody@localhost");
    settings.put("kafka.bootstrap-servers", endpoints.bootstrapServers());
    settings.put("images.dir", "s3://" + LocalServices.IMAGES_BUCKET);
    settings.put("archives.dir", "s3://" + LocalServices.ARCHIVES_BUCKET);
    settings.put("credentials.dir", endpoints.credentials().toString());
    settings.put("credentials.key-set", LocalServices.keySet(endpoints.credentials()).toString());
    settings.put("credentials.allowed-origins", endpoints.trainer());
    settings.put("endpoints.dir", endpoints.credentials().toString());
    settings.put("watson.iam-url", endpoints.trainer());
    settings.put("fetch.allowed-networks", "127.0.0.0/8");
    settings.put(
        "fetch.allowed-ports",
        endpoints.picturePorts().stream().map(String::valueOf).collect(Collectors.joining(";")));
    LocalS3.settings(endpoints.s3())
        .forEach((key, value) -> settings.put(SatchelConfiguration.FLINK_PREFIX + key, value));
    return settings;
  }

  /** Writes settings as a configuration file. */
  public static void write(Map<String, String> settings, Path file) throws IOException {
    Files.writeString(
        file,
        new TreeMap<>(settings)
            .entrySet().stream()
                .map(entry -> entry.getKey() + ": \"" + entry.getValue() + "\"\n")
                .collect(Collectors.joining()));
  }
}
