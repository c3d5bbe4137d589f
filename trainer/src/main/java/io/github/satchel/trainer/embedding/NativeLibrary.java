package io.github.satchel.trainer.embedding;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_dnn;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;

/** Loads OpenCV, once a process. */
final class NativeLibrary {
  private NativeLibrary() {}

  /**
   * Loads the libraries; the first time takes one to three seconds.
   *
   * @throws LinkageError if they are not there or do not fit the machine
   */
  static synchronized void load() {
    // Everything is released explicitly.
    System.setProperty("org.bytedeco.javacpp.nopointergc", "true");
    System.setProperty("org.bytedeco.javacpp.maxbytes", "0");
    System.setProperty("org.bytedeco.javacpp.maxphysicalbytes", "0");
    Loader.load(opencv_imgproc.class);
    Loader.load(opencv_imgcodecs.class);
    Loader.load(opencv_dnn.class);
    opencv_core.setNumThreads(0); // one picture, one thread: trainings are parallel already
    opencv_core.setUseOpenCL(false);
  }
}
