package io.github.satchel.trainer.embedding;

/** IEEE 754 binary16, for vectors on disk; JDK 17 does not convert it. */
public final class Float16 {
  private static final float[] VALUES = new float[1 << 16];

  static {
    for (int bits = 0; bits < VALUES.length; bits++) {
      VALUES[bits] = decode(bits);
    }
  }

  private Float16() {}

  /** The value of 16 bits. */
  public static float toFloat(short bits) {
    return VALUES[bits & 0xffff];
  }

  /** The 16 bits nearest to a value of magnitude below 65,504. */
  public static short toBits(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 16) & 0x8000;
    float magnitude = Math.abs(value);
    if (magnitude < 0x1p-14f) { // subnormal: multiples of 2^-24
      return (short) (sign | Math.round(magnitude * 0x1p24f));
    }
    // Rounds the 13 bits that go to the nearest, ties to even; then 127 - 15 leaves the exponent.
    int rounded = (bits & 0x7fffffff) + 0xfff + ((bits >>> 13) & 1);
    return (short) (sign | (((rounded >>> 13) - (112 << 10)) & 0x7fff));
  }

  private static float decode(int bits) {
    int exponent = (bits >>> 10) & 0x1f;
    int fraction = bits & 0x3ff;
    float magnitude =
        switch (exponent) {
          case 0 -> fraction * 0x1p-24f;
          case 31 -> fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
          default -> Float.intBitsToFloat(((exponent + 112) << 23) | (fraction << 13));
        };
    return (bits & 0x8000) == 0 ? magnitude : -magnitude;
  }
}
