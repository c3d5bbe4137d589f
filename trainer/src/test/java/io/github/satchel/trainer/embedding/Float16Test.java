package io.github.satchel.trainer.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class Float16Test {
  @Test
  void everyFiniteNumberComesBackAsItWas() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = Float16.toFloat((short) bits);
      if (Float.isFinite(value)) {
        assertThat(Float16.toBits(value)).isEqualTo((short) bits);
      }
    }
  }

  @Test
  void whatLiesBetweenIsRoundedToTheNearest() {
    assertThat(Float16.toFloat(Float16.toBits(0.1f))).isEqualTo(0.099975586f);
    assertThat(Float16.toFloat(Float16.toBits(1f + 0x1p-11f))).isEqualTo(1f);
    assertThat(Float16.toFloat(Float16.toBits(1f + 3 * 0x1p-11f))).isEqualTo(1f + 0x1p-9f);
    assertThat(Float16.toFloat(Float16.toBits(1e-7f))).isEqualTo(0x1p-23f);
  }
}
