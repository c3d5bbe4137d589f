package io.github.satchel.job.resize;

import java.awt.color.CMMException;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.ColorConvertOp;
import java.awt.image.WritableRaster;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Converts pixels from an embedded RGB profile to sRGB, after scaling, when few are left: a picture
 * without a profile pays nothing, one with a profile a few milliseconds.
 */
final class ColourProfile {

  private static final Logger LOG = LoggerFactory.getLogger(ColourProfile.class);

  private static final ICC_Profile SRGB = ICC_Profile.getInstance(ColorSpace.CS_sRGB);

  /** The name of sRGB, as profiles of version 2 and of version 4 write it. */
  private static final byte[][] SRGB_NAMES = {
    "sRGB".getBytes(StandardCharsets.US_ASCII), "sRGB".getBytes(StandardCharsets.UTF_16BE)
  };

  private ColourProfile() {}

  /**
   * Converts in place. A profile that is broken or not of RGB is as good as none.
   *
   * @param rgb three bands: red, green, blue
   */
  static void toSrgb(WritableRaster rgb, byte[] profile) {
    if (Arrays.stream(SRGB_NAMES).anyMatch(name -> contains(profile, name))) {
      return;
    }
    try {
      ICC_Profile source = ICC_Profile.getInstance(profile);
      if (source.getColorSpaceType() == ColorSpace.TYPE_RGB) {
        var conversion = new ColorConvertOp(new ICC_Profile[] {source, SRGB}, null);
        rgb.setRect(conversion.filter(rgb, null));
      }
    } catch (IllegalArgumentException | CMMException e) {
      LOG.debug("A colour profile is left out: {}", e.toString());
    }
  }

  private static boolean contains(byte[] bytes, byte[] part) {
    for (int at = 0; at <= bytes.length - part.length; at++) {
      if (Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
        return true;
      }
    }
    return false;
  }
}
