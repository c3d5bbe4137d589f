package io.github.satchel.job;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.satchel.contract.Json;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;

/**
 * Pictures, an endpoint, and as much of Watson as a classifier needs, whose training ends at once.
 */
final class TopologyServers implements AutoCloseable {

  private static final Pattern NAME =
      Pattern.compile("name=\"name\"[^\\r]*\\r\\n(?:[^\\r]+\\r\\n)*\\r\\n([^\\r]+)\\r\\n");

  private static final Pattern CLASS = Pattern.compile("name=\"(.+?)_positive_examples\"");

  private final Map<String, String> classifiers = new ConcurrentHashMap<>();
  private final Map<String, List<String>> classes = new ConcurrentHashMap<>();
  private final List<String> posted = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;

  TopologyServers() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/picture", exchange -> answer(exchange, 200, "image/png", picture(exchange)));
    server.createContext(
        "/text", exchange -> answer(exchange, 200, "image/png", "text".getBytes(UTF_8)));
    server.createContext("/missing", exchange -> answer(exchange, 404, "text/plain", new byte[0]));
    server.createContext("/hanging", this::hang);
    server.createContext("/train", this::train);
    server.createContext("/v3/classifiers", this::watson);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  String url() {
    return "http://127.0.0.1:" + port();
  }

  /** Of the classifiers that were created. */
  List<String> names() {
    return List.copyOf(classifiers.values());
  }

  /**
   * Names of the classes of a training, in the order in which their archives came.
   *
   * @param name of the classifier, or the key of the request to the endpoint
   */
  List<String> classes(String name) {
    return classes.getOrDefault(name, List.of());
  }

  /** Keys of the requests that the endpoint took. */
  List<String> posted() {
    return posted;
  }

  private static byte[] picture(HttpExchange exchange) throws IOException {
    BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, new Color(exchange.getRequestURI().hashCode()).getRGB());
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(image, "png", png);
    return png.toByteArray();
  }

  private void hang(HttpExchange exchange) throws IOException {
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    exchange.close();
  }

  private void train(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
    String first = body.substring(body.indexOf("\r\n\r\n"), body.indexOf("\r\n--"));
    JsonNode training = Json.MAPPER.readTree(first);
    classes.put(key, training.required("archives").findValuesAsText("label"));
    posted.add(key);
    answer(exchange, 200, "application/json", "{}".getBytes(UTF_8));
  }

  private void watson(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), ISO_8859_1);
    String id = exchange.getRequestURI().getPath().replaceFirst("/v3/classifiers/?", "");
    String answer;
    if (exchange.getRequestMethod().equals("DELETE")) {
      int status = classifiers.remove(id) == null ? 404 : 200;
      answer(exchange, status, "application/json", "{}".getBytes(UTF_8));
      return;
    }
    if (exchange.getRequestMethod().equals("POST")) {
      Matcher name = NAME.matcher(body);
      if (!name.find()) {
        answer(exchange, 400, "application/json", "{}".getBytes(UTF_8));
        return;
      }
      id = "c" + classifiers.size() + "_" + System.nanoTime();
      classifiers.put(id, name.group(1));
      classes.put(
          name.group(1),
          CLASS
              .matcher(new String(body.getBytes(ISO_8859_1), UTF_8))
              .results()
              .map(part -> part.group(1))
              .toList());
      answer = classifier(id, "training");
    } else if (id.isEmpty()) {
      answer =
          classifiers.keySet().stream()
              .map(each -> classifier(each, "ready"))
              .collect(Collectors.joining(",", "{\"classifiers\":[", "]}"));
    } else {
      answer = classifier(id, "ready");
    }
    answer(exchange, 200, "application/json", answer.getBytes(UTF_8));
  }

  private String classifier(String id, String status) {
    return "{\"classifier_id\":\"%s\",\"name\":\"%s\",\"status\":\"%s\",\"created\":\"2018-03-17T19:01:30.536Z\"}"
        .formatted(id, classifiers.get(id), status);
  }

  private static void answer(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getRequestBody().readAllBytes();
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
