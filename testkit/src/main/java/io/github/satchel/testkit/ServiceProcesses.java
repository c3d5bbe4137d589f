package io.github.satchel.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.satchel.testkit.http.LoopbackHosts;
import io.github.satchel.testkit.pictures.Subject;
import io.github.satchel.testkit.process.FreePorts;
import io.github.satchel.testkit.process.JavaCommand;
import io.github.satchel.testkit.process.JavaProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.flink.util.IOUtils;

/**
 * What {@link LocalServices} are, but each in a process of its own, which can be killed and started
 * again at the same port.
 */
public final class ServiceProcesses implements AutoCloseable {

  /** One of the processes. */
  public enum Service {
    KAFKA("512m"),
    S3("256m"),
    PICTURES("512m"),
    TRAINER("256m");

    private final String heap;

    Service(String heap) {
      this.heap = heap;
    }
  }

  private static final Duration START_PATIENCE = Duration.ofMinutes(10);

  private final ServiceSettings settings;
  private final Map<Service, Integer> ports = new EnumMap<>(Service.class);
  private final Map<Service, JavaProcess> processes = new EnumMap<>(Service.class);

  private ServiceProcesses(ServiceSettings settings) throws IOException {
    this.settings = settings;
    Iterator<Integer> free = FreePorts.choose(Service.values().length).iterator();
    for (Service service : Service.values()) {
      ports.put(service, free.next());
    }
    if (settings.kafka() != null) {
      ports.put(Service.KAFKA, settings.kafka().port());
    }
  }

  /** Starts all of them, at the same time, and waits until they take calls. */
  public static ServiceProcesses start(ServiceSettings settings)
      throws IOException, InterruptedException {
    Files.createDirectories(settings.directory());
    if (settings.tls() != Tls.NONE) {
      // Before the services, which would all make them at the same time.
      LocalServices.certificates(settings.directory());
    }
    var started = new ServiceProcesses(settings);
    try {
      for (Service service : Service.values()) {
        started.launch(service);
      }
      for (Service service : Service.values()) {
        started.awaitReady(service);
      }
      return started;
    } catch (IOException | InterruptedException | RuntimeException e) {
      IOUtils.closeQuietly(started);
      throw e;
    }
  }

  /** The process that has a service now. */
  public JavaProcess process(Service service) {
    return Objects.requireNonNull(processes.get(service));
  }

  /**
   * Starts a service again that was killed, where it was, and waits until it takes calls. Topics,
   * objects and classifiers are still there.
   */
  public void restart(Service service) throws IOException, InterruptedException {
    launch(service);
    awaitReady(service);
  }

  /** What listens where, for the job. */
  public Endpoints endpoints() {
    return new Endpoints(
        "127.0.0.1:" + port(Service.KAFKA),
        url(Service.S3),
        List.of(port(Service.PICTURES)),
        url(Service.TRAINER),
        LocalServices.credentials(settings.directory()));
  }

  /** What a process finds in its environment so that it trusts the services' certificates. */
  public Map<String, String> trustEnvironment() throws IOException, InterruptedException {
    return settings.tls() == Tls.NONE
        ? Map.of()
        : LocalServices.certificates(settings.directory()).environment();
  }

  /** The address of the n-th picture of the site's sequence, from 0; https if the site takes it. */
  public String pictureUrl(long n) {
    return pictureUrl(scheme(Service.PICTURES), n);
  }

  /** The address of the n-th picture of a thing, from 0; no two pictures are the same. */
  public String subjectUrl(Subject subject, long n) {
    return "%s/subjects/%s/%d.jpg"
        .formatted(picturesUrl(scheme(Service.PICTURES), n), subject.label(), n);
  }

  /** The same picture over plain HTTP. */
  public String plainPictureUrl(long n) {
    return pictureUrl("http", n);
  }

  private String pictureUrl(String scheme, long n) {
    return "%s/pictures/%d.jpg".formatted(picturesUrl(scheme, n), n);
  }

  private String picturesUrl(String scheme, long n) {
    return "%s://%s:%d"
        .formatted(
            scheme, LoopbackHosts.host(settings.pictures().hosts(), n), port(Service.PICTURES));
  }

  /** How many classifiers the trainer has. */
  public int classifiers() throws IOException, InterruptedException {
    JsonMapper mapper = JsonMapper.builder().build();
    String key =
        mapper
            .readTree(endpoints().credentials().resolve("pool-1.json").toFile())
            .path("apikey")
            .asText();
    URI list =
        URI.create(plainUrl(Service.TRAINER) + "/v3/classifiers?version=2018-03-19&api_key=" + key);
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(list).build(), BodyHandlers.ofString());
    return mapper.readTree(answer.body()).path("classifiers").size();
  }

  /** How often the site was asked for a picture. */
  public long picturesAsked() throws IOException, InterruptedException {
    URI requests = URI.create(plainUrl(Service.PICTURES) + "/requests");
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(requests).build(), BodyHandlers.ofString());
    return JsonMapper.builder().build().readTree(answer.body()).path("pictures").asLong();
  }

  /** How many resized pictures the job has kept ({@code cache.dir}). */
  public long picturesKept() throws IOException {
    try (Stream<Path> files = Files.walk(LocalServices.resized(settings.directory()))) {
      return files.filter(Files::isRegularFile).count();
    } catch (UncheckedIOException e) {
      throw e.getCause(); // one is being written, and had another name before
    }
  }

  @Override
  public void close() throws IOException {
    processes.values().forEach(JavaProcess::terminate);
    try {
      IOUtils.closeAll(processes.values());
    } catch (Exception e) {
      throw new IOException("not every service ended", e);
    }
  }

  private void launch(Service service) throws IOException {
    String name = service.name().toLowerCase(Locale.ROOT);
    Path logs = settings.directory();
    // Compiling again took half of these processes' CPU time in a burst. Only TLS is worth it.
    String compiler = settings.tls().secures(service) ? "4" : "1";
    processes.put(
        service,
        JavaProcess.start(
            new JavaCommand(
                name,
                List.of(
                    "-Xmx" + service.heap,
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=" + compiler,
                    "-Djava.awt.headless=true",
                    "-Dlog.file=" + logs.resolve(name + ".log")),
                System.getProperty("java.class.path"),
                ServiceMain.class.getName(),
                List.of(service.name(), String.valueOf(port(service)), json()),
                Map.of(),
                logs)));
  }

  private void awaitReady(Service service) throws IOException, InterruptedException {
    process(service).awaitLine(ServiceMain.READY, START_PATIENCE);
  }

  private String json() {
    try {
      return JsonMapper.builder().build().writeValueAsString(settings);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // a record of plain values
    }
  }

  private int port(Service service) {
    return Objects.requireNonNull(ports.get(service));
  }

  private String url(Service service) {
    return scheme(service) + "://127.0.0.1:" + port(service);
  }

  private String scheme(Service service) {
    return settings.tls().secures(service) ? "https" : "http";
  }

  /** Of a service of ours, which takes plain HTTP too. */
  private String plainUrl(Service service) {
    return "http://127.0.0.1:" + port(service);
  }
}
