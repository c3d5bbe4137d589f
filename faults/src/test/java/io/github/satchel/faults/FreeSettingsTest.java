package io.github.satchel.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.job.SatchelConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class FreeSettingsTest {

  private static final Pattern FREE = Pattern.compile("(?m)^\\| `([a-z.-]+)` \\|.*\\| free \\|$");

  @Test
  void everySettingThatIsDocumentedAsFreeIsChangedOrNamedAsLeft() throws IOException {
    Set<String> documented =
        FREE.matcher(Files.readString(Path.of("../docs/configuration.md")))
            .results()
            .map(match -> match.group(1))
            .collect(Collectors.toSet());
    Set<String> known = new HashSet<>(FreeSettings.VALUES.keySet());
    known.addAll(FreeSettings.LEFT);

    assertThat(known).isEqualTo(documented);
    assertThat(FreeSettings.VALUES).doesNotContainKeys(FreeSettings.LEFT.toArray(String[]::new));
  }

  @Test
  void whateverIsChosenIsAConfiguration() throws Exception {
    Random random = new Random(1);
    for (int i = 0; i < 200; i++) {
      Map<String, String> settings = new HashMap<>(WorldSettings.of(1));
      settings.put("site.name", "Test");
      settings.put("site.contact", "https://site.example/contact");
      settings.put("kafka.bootstrap-servers", "127.0.0.1:1");
      settings.put("archives.dir", "s3://archives");
      settings.put("credentials.dir", "/credentials");
      settings.putAll(FreeSettings.any(random));

      assertThat(SatchelConfiguration.of(settings).options().toMap()).containsKey("admit.remember");
    }
  }
}
