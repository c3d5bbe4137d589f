package io.github.satchel.testkit.process;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of the loopback interface for those who must know theirs before they listen. They are
 * chosen outside of the ranges from which systems take ports by themselves (Linux: from 32768), so
 * that nothing else takes one between its choice and its use.
 */
public final class FreePorts {

  private static final int FIRST = 20_000;
  private static final int END = 30_000;
  private static final int ATTEMPTS = 100;

  private FreePorts() {}

  /** Chooses so many different ones. */
  public static List<Integer> choose(int count) throws IOException {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        held.add(hold());
      }
      return held.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      for (ServerSocket socket : held) {
        socket.close();
      }
    }
  }

  /**
   * Makes sure that a port can be listened on.
   *
   * @throws BindException if something listens there
   */
  public static int require(int port) throws IOException {
    hold(port).close();
    return port;
  }

  private static ServerSocket hold() throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return hold(ThreadLocalRandom.current().nextInt(FIRST, END));
      } catch (BindException taken) {
        if (attempt == ATTEMPTS) {
          throw taken;
        }
      }
    }
  }

  private static ServerSocket hold(int port) throws IOException {
    return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
  }
}
