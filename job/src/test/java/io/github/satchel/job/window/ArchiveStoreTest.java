package io.github.satchel.job.window;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArchiveStoreTest {

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {"a:b", " before", "after ", "100%25", "a#b?c", "...", "\u00e9\ud83d\ude00"})
  void anArchiveIsNamedAfterItsLabelWhateverThatIs(String label) throws Exception {
    ArchiveStore store = new ArchiveStore(directory.toUri().toString());

    String uri;
    try (var archive = store.create("r-1", label)) {
      uri = archive.finish().archive().uri();
    }

    assertThat(directory.resolve("r-1").resolve(label + ".zip")).exists();
    assertThat(Path.of(new org.apache.flink.core.fs.Path(uri).getPath())).exists();
  }
}
