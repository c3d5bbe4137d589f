package io.github.satchel.job.resize.kernel;

import java.awt.color.CMMException;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.ColorConvertOp;
import java.awt.image.WritableRaster;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Converts pixels from an embedded RGB profile to sRGB, after scaling, when few are left: a picture
 * without a profile pays nothing, one with a profile a few milliseconds.
 */
final class ColourProfile {

  private static final Logger LOG = LoggerFactory.getLogger(ColourProfile.class);

  private static final ICC_Profile SRGB = ICC_Profile.getInstance(ColorSpace.CS_sRGB);

  private static final int NAMED_WITHIN = 4096;

  private ColourProfile() {}

  /**
   * Converts in place. A profile that is broken or not of RGB is as good as none.
   *
   * @param rgb three bands: red, green, blue
   */
  static void toSrgb(WritableRaster rgb, byte[] profile) {
    if (isSrgb(profile)) {
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

  /** By name, in ASCII (version 2) or UTF-16 (version 4): most profiles are this one. */
  private static boolean isSrgb(byte[] profile) {
    String text =
        new String(profile, 0, Math.min(NAMED_WITHIN, profile.length), StandardCharsets.ISO_8859_1)
            .replace("\0", "");
    return text.contains("sRGB") && !text.contains("linear");
  }
}
