package io.github.satchel.testkit.process;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * The main class of a child process: runs another main class, and ends the process at once when
 * standard input does, which is when whoever started it is no more, however that came about.
 */
public final class Tether {

  private static final int KILLED = 137;

  private Tether() {}

  /** Takes the main class and its arguments. */
  public static void main(String[] args) throws Throwable {
    Thread watch = new Thread(Tether::watch, "satchel-tether");
    watch.setDaemon(true);
    watch.start();
    try {
      Class.forName(args[0])
          .getMethod("main", String[].class)
          .invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static void watch() {
    try {
      while (System.in.read() >= 0) {
        // Nobody writes; only the end matters.
      }
    } catch (IOException e) {
      // As good as the end.
    }
    Runtime.getRuntime().halt(KILLED);
  }
}
