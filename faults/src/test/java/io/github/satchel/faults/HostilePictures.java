package io.github.satchel.faults;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.satchel.testkit.pictures.PictureSite;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Pictures that were tampered with, each determined by its number: the pictures of a site, with
 * bytes changed, left out, put in or repeated, and under headers that say something else.
 */
final class HostilePictures implements AutoCloseable {

  private static final int THREADS = 8;

  private final PictureSite site;
  private final ExecutorService threads;
  private final HttpServer server;

  HostilePictures(PictureSite site) throws IOException {
    this.site = site;
    threads =
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread thread = new Thread(task, "satchel-hostile-pictures");
              thread.setDaemon(true);
              return thread;
            });
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  String url(long number) {
    return "http://127.0.0.1:" + port() + "/" + number;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      long number = Long.parseLong(exchange.getRequestURI().getPath().substring(1));
      Random random = new Random(number);
      byte[] picture = tampered(site.picture(number).bytes(), random);
      String type =
          switch (random.nextInt(4)) {
            case 0 -> "text/html";
            case 1 -> "image/svg+xml";
            default -> "image/jpeg";
          };
      exchange.getResponseHeaders().set("Content-Type", type);
      if (random.nextInt(10) == 0) {
        exchange.getResponseHeaders().set("Content-Encoding", "gzip"); // and it is not
      }
      exchange.sendResponseHeaders(200, picture.length == 0 ? -1 : picture.length);
      exchange.getResponseBody().write(picture);
    }
  }

  private static byte[] tampered(byte[] picture, Random random) {
    byte[] bytes = picture.clone();
    switch (random.nextInt(6)) {
      case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      case 1 -> { // in the header, where sizes and types are
        for (int i = 1 + random.nextInt(8); i > 0; i--) {
          bytes[random.nextInt(Math.min(64, bytes.length))] = (byte) random.nextInt();
        }
      }
      case 2 -> {
        for (int i = 1 + random.nextInt(200); i > 0; i--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
      }
      case 3 -> {
        int from = random.nextInt(bytes.length);
        System.arraycopy(bytes, 0, bytes, from, bytes.length - from);
      }
      case 4 -> Arrays.fill(bytes, random.nextInt(bytes.length), bytes.length, (byte) -1);
      default -> {
        // As it is.
      }
    }
    return bytes;
  }
}
