package io.github.satchel.job.resize.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;

/**
 * Loads OpenCV, once a process: its classes lie in Flink's lib directory, where a restarted job
 * meets them again.
 *
 * <p>JavaCPP unpacks 120 MB of libraries to {@code org.bytedeco.javacpp.cachedir}; unless that is
 * set, to a directory of ours below {@code java.io.tmpdir}, so that the home directory may be read
 * only or missing. Its collector of forgotten pointers is turned off: everything is released
 * explicitly, and the collector's thread would hold on to a class loader.
 */
public final class NativeLibrary {

  private static final String CACHE_DIR = "org.bytedeco.javacpp.cachedir";

  private NativeLibrary() {}

  /**
   * Loads the libraries; the first time takes one to three seconds.
   *
   * @throws LinkageError if they are not there or do not fit the machine
   * @throws IOException if there is no place to unpack them
   */
  public static synchronized void load() throws IOException {
    setUnlessSet("org.bytedeco.javacpp.nopointergc", "true");
    setUnlessSet("org.bytedeco.javacpp.maxbytes", "0");
    setUnlessSet("org.bytedeco.javacpp.maxphysicalbytes", "0");
    if (System.getProperty(CACHE_DIR) == null) {
      System.setProperty(CACHE_DIR, cacheDirectory().toString());
    }
    Loader.load(opencv_imgproc.class);
    Loader.load(opencv_imgcodecs.class);
    opencv_core.setNumThreads(0); // one picture, one thread: the job is parallel already
    opencv_core.setUseOpenCL(false);
  }

  private static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  private static Path cacheDirectory() throws IOException {
    Path me = Path.of("/proc/self");
    String uid = Files.getAttribute(me, "unix:uid").toString();
    Path directory = Path.of(System.getProperty("java.io.tmpdir"), "satchel-natives-" + uid);
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectory(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    if (!Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(me))) {
      throw new IOException(directory + " belongs to someone else");
    }
    return directory;
  }
}
