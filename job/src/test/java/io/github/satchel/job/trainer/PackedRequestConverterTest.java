package io.github.satchel.job.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.Delivery;
import io.github.satchel.contract.ImageCounts;
import io.github.satchel.job.model.PackedRequest;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackedRequestConverterTest {

  @TempDir Path archives;

  /** Archives go after an upload, so that they say nothing. */
  @Test
  void aRequestIsObsoleteOnceItHasNeitherDecisionNorJournal() throws Exception {
    PackedRequestConverter converter = new PackedRequestConverter();
    PackedRequest request =
        new PackedRequest(
            "r-1",
            "project-1",
            "My pets",
            new Delivery(Delivery.Kind.WATSON, List.of("pool-1"), List.of()),
            archives.resolve("r-1").toUri().toString(),
            new ImageCounts(20, 20, 0),
            List.of(),
            List.of());
    assertThat(converter.isObsolete(request)).isTrue();

    Path directory = Files.createDirectories(archives.resolve("r-1"));
    Path decision = Files.createFile(directory.resolve("decision.json"));
    assertThat(converter.isObsolete(request)).isFalse();

    Path journal = Path.of(URI.create(converter.convert(request).journal()));
    Files.createFile(journal);
    Files.delete(decision);
    assertThat(converter.isObsolete(request)).isFalse();

    Files.delete(journal);
    assertThat(converter.isObsolete(request)).isTrue();
  }
}
