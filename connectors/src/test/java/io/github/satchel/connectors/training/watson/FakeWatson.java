package io.github.satchel.connectors.training.watson;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.satchel.connectors.training.Training;
import io.github.satchel.connectors.training.credentials.Credentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The service and IAM on a loopback port. Keeps classifiers by key, and answers what a test
 * scripted before it answers by itself.
 */
public final class FakeWatson implements AutoCloseable {

  public static final String PLAN_FULL =
      "{\"error\":{\"code\":400,\"error_id\":\"input_error\",\"description\":\"Cannot execute"
          + " learning task. : this plan instance can have only 1 custom classifier(s), and 1"
          + " already exist.\"}}";

  public static final String NOT_FOUND = "{\"error\":\"not found\",\"code\":404}";

  /** A request as it came in; each char of the body is a byte. */
  public record Call(String method, String path, Map<String, String> headers, String body) {

    String textBody() {
      return new String(body.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
  }

  /** Answers in place of the service. */
  @FunctionalInterface
  public interface Script {
    void answer(HttpExchange exchange, Call call) throws IOException;
  }

  public final Queue<Script> creates = new ConcurrentLinkedQueue<>();
  public final Queue<Script> lists = new ConcurrentLinkedQueue<>();
  final Queue<Script> shows = new ConcurrentLinkedQueue<>();
  final Queue<Script> deletes = new ConcurrentLinkedQueue<>();
  public final Queue<Script> tokenRequests = new ConcurrentLinkedQueue<>();
  public final List<Call> calls = new CopyOnWriteArrayList<>();

  /** Released at the end, so that what hangs can end. */
  public final CountDownLatch end = new CountDownLatch(1);

  private final Map<String, Map<String, String>> classifiersByKey = new HashMap<>();
  private final Map<String, String> keysByToken = new HashMap<>();
  private final AtomicInteger count = new AtomicInteger();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;

  public FakeWatson() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /** A sink that uploads to this, with credentials of any name, and tries again at once. */
  public WatsonSinkBuilder<Training> sink() {
    String url = url();
    return WatsonSink.<Training>builder()
        .setCredentialsResolver(name -> Optional.of(new Credentials(url, "secret-key-" + name)))
        .setIamUrl(url)
        .setInitialBackoff(Duration.ofMillis(1))
        .setMaxBackoff(Duration.ofMillis(2));
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  public static Script answering(int status, String body) {
    return (exchange, call) -> send(exchange, status, body);
  }

  /** Creates the classifier and breaks the connection off. */
  public Script losingTheAnswer() {
    return (exchange, call) -> {
      add(keyOf(call), call);
      exchange.close();
    };
  }

  /** Does not answer before the test ends. */
  public Script hanging() {
    return (exchange, call) -> {
      try {
        end.await();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
      exchange.close();
    };
  }

  public synchronized void addClassifier(String key, String id, String name) {
    put(key, id, name, "training", "");
  }

  /** Ends the training of a classifier. */
  public synchronized void end(String key, String id, String status, String explanation) {
    put(key, id, "My pets", status, explanation);
  }

  private void put(String key, String id, String name, String status, String explanation) {
    classifiersByKey
        .computeIfAbsent(key, absent -> new LinkedHashMap<>())
        .put(
            id,
            "{\"classifier_id\":\"%s\",\"name\":\"%s\",\"owner\":\"me\",\"status\":\"%s\",\"explanation\":\"%s\",\"created\":\"2018-03-17T19:01:30.536Z\"}"
                .formatted(id, name, status, explanation));
  }

  public synchronized int classifiers(String key) {
    return classifiersByKey.getOrDefault(key, Map.of()).size();
  }

  /** Ids of the classifiers of a key, in the order in which they came. */
  synchronized List<String> ids(String key) {
    return List.copyOf(classifiersByKey.getOrDefault(key, Map.of()).keySet());
  }

  /** Names of the classifiers of a key, in the order in which they came. */
  public synchronized List<String> names(String key) {
    return classifiersByKey.getOrDefault(key, Map.of()).values().stream()
        .map(json -> json.replaceFirst(".*\"name\":\"(.*?)\".*", "$1"))
        .toList();
  }

  public List<Call> creates() {
    return calls("POST", "/v3/classifiers");
  }

  public List<Call> lists() {
    return calls("GET", "/v3/classifiers?");
  }

  List<Call> shows() {
    return calls("GET", "/v3/classifiers/");
  }

  List<Call> deletes() {
    return calls("DELETE", "/v3/classifiers/");
  }

  public List<Call> tokenRequests() {
    return calls("POST", "/identity/token");
  }

  private List<Call> calls(String method, String path) {
    return calls.stream()
        .filter(call -> call.method().equals(method) && call.path().startsWith(path))
        .toList();
  }

  private void handle(HttpExchange exchange) throws IOException {
    Map<String, String> headers = new HashMap<>();
    exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.get(0)));
    String path = exchange.getRequestURI().toString();
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1);
    Call call = new Call(exchange.getRequestMethod(), path, headers, body);
    calls.add(call);
    if (path.startsWith("/identity/token")) {
      next(tokenRequests, this::giveToken).answer(exchange, call);
    } else if (call.method().equals("POST")) {
      next(creates, this::create).answer(exchange, call);
    } else if (call.method().equals("DELETE")) {
      next(deletes, this::delete).answer(exchange, call);
    } else if (path.startsWith("/v3/classifiers/")) {
      next(shows, this::show).answer(exchange, call);
    } else {
      next(lists, this::list).answer(exchange, call);
    }
  }

  private static Script next(Queue<Script> scripts, Script otherwise) {
    Script script = scripts.poll();
    return script == null ? otherwise : script;
  }

  private synchronized void giveToken(HttpExchange exchange, Call call) throws IOException {
    String key = URLDecoder.decode(call.body().replaceAll(".*apikey=", ""), StandardCharsets.UTF_8);
    String token = "secret-token-" + count.incrementAndGet();
    keysByToken.put(token, key);
    send(
        exchange,
        200,
        "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":3600}".formatted(token));
  }

  public void create(HttpExchange exchange, Call call) throws IOException {
    send(exchange, 200, add(keyOf(call), call));
  }

  private synchronized void list(HttpExchange exchange, Call call) throws IOException {
    Map<String, String> classifiers = classifiersByKey.getOrDefault(keyOf(call), Map.of());
    send(exchange, 200, "{\"classifiers\":[" + String.join(",", classifiers.values()) + "]}");
  }

  private synchronized void show(HttpExchange exchange, Call call) throws IOException {
    String classifier = classifiersByKey.getOrDefault(keyOf(call), Map.of()).get(idOf(exchange));
    send(exchange, classifier == null ? 404 : 200, classifier == null ? NOT_FOUND : classifier);
  }

  private synchronized void delete(HttpExchange exchange, Call call) throws IOException {
    String deleted =
        classifiersByKey.getOrDefault(keyOf(call), new HashMap<>()).remove(idOf(exchange));
    send(exchange, deleted == null ? 404 : 200, deleted == null ? NOT_FOUND : "{}");
  }

  private static String idOf(HttpExchange exchange) {
    return exchange.getRequestURI().getPath().replace("/v3/classifiers/", "");
  }

  private synchronized String keyOf(Call call) {
    String authorization = call.headers().getOrDefault("Authorization", "");
    if (authorization.startsWith("Basic ")) {
      byte[] decoded = Base64.getDecoder().decode(authorization.substring("Basic ".length()));
      return new String(decoded, StandardCharsets.UTF_8).replaceFirst("^apikey:", "");
    }
    if (call.path().contains("&api_key=")) {
      String key = call.path().replaceFirst(".*&api_key=", "");
      return URLDecoder.decode(key, StandardCharsets.UTF_8);
    }
    return keysByToken.getOrDefault(authorization.replace("Bearer ", ""), "unknown");
  }

  private synchronized String add(String key, Call call) {
    String name = call.textBody().replaceAll("(?s).*?name=\"name\"\r\n\r\n(.*?)\r\n--.*", "$1");
    String id = name.replace(' ', '_') + "_" + count.incrementAndGet();
    addClassifier(key, id, name);
    return classifiersByKey.getOrDefault(key, Map.of()).getOrDefault(id, "");
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
