package io.github.satchel.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class PatchTest {

  private static final String SOURCE = HangingPicture.PATCH.source();

  @SuppressWarnings("unused") // by its name
  private static final List<Patch> ALL = all();

  /** Found in every build, and not only in the night in which the attack is run. */
  @ParameterizedTest
  @FieldSource("ALL")
  void whatIsPlantedFitsTheSource(Patch patch) throws IOException {
    assertThat(Patch.patched(List.of(patch))).containsOnlyKeys(patch.source());
  }

  @Test
  void aPatchThatFitsNowhereOrTwiceIsRefused() {
    for (String pattern : List.of("no such thing", "import ")) {
      Patch patch = new Patch(SOURCE, pattern, "");

      assertThatThrownBy(() -> Patch.patched(List.of(patch)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(pattern)
          .hasMessageContaining(SOURCE);
    }
  }

  private static List<Patch> all() {
    List<Patch> all = new ArrayList<>(PlantedBugAttack.PATCHES);
    all.add(HangingPicture.PATCH);
    return all;
  }
}
