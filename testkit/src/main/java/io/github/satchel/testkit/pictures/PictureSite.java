package io.github.satchel.testkit.pictures;

import static java.util.stream.Collectors.toUnmodifiableMap;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.satchel.testkit.http.Binding;
import io.github.satchel.testkit.http.LoopbackServer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A web site of pictures, on the loopback interface, that it draws itself or has from files. They
 * are an endless sequence that a seed determines; every {@link PictureFault} has an address too.
 * {@code /requests} tells how many there were, in JSON. The first bytes of a picture can be asked
 * for ({@code Range: bytes=0-}…). Waiting and slow answers hold no thread.
 */
public final class PictureSite implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PictureSite.class);
  private static final Pattern SUBJECT_PATH =
      Pattern.compile("/subjects/(?<subject>[a-z]+)/(?<n>\\d{1,18})\\.jpg");
  private static final Map<String, Subject> SUBJECTS =
      Arrays.stream(Subject.values())
          .collect(toUnmodifiableMap(Subject::label, subject -> subject));
  private static final Map<String, PictureFault> FAULTS =
      Arrays.stream(PictureFault.values())
          .collect(toUnmodifiableMap(PictureFault::slug, fault -> fault));
  private static final Pattern PATH =
      Pattern.compile("/(?:(pictures|flaky)|faults/(?<fault>[a-z-]+))/(?<n>\\d{1,18})\\.\\w+");
  private static final String REQUESTS = "/requests";
  private static final String BLOCKED_URL = "http://169.254.169.254/latest/meta-data/picture.jpg";
  private static final String REFUSING_URL = "http://127.0.0.1:1/picture.jpg";
  private static final long MAX_PICTURE_BYTES = 52_428_800;
  private static final int BOMB_SIDE = 10_000;
  private static final int MAX_THREADS = 16;
  private static final byte[] HTML =
      "<!DOCTYPE html><title>Log in</title><p>Log in to see this picture."
          .getBytes(StandardCharsets.UTF_8);
  private static final byte[] SVG =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"64\" height=\"64\"><circle r=\"32\"/></svg>"
          .getBytes(StandardCharsets.UTF_8);

  private final long seed;
  private final Latency latency;
  private final Duration patience;
  private final ExecutorService painters;
  private final PictureSource pool;
  private final LoopbackServer server;
  private final Map<String, LongAdder> requests = new ConcurrentHashMap<>();
  private final Set<Long> flakyAsked = ConcurrentHashMap.newKeySet();

  private PictureSite(Builder builder) throws IOException {
    seed = builder.seed;
    latency = builder.latency;
    patience = builder.patience;
    var number = new AtomicInteger();
    painters =
        Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            task -> {
              var thread = new Thread(task, "satchel-pictures-paint-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    pool =
        builder.files == null ? new PicturePool(seed, builder.poolSize, painters) : builder.files;
    // Slow answers end by themselves, before their connection counts as idle.
    Duration idle = patience.plus(latency.fixed()).plus(latency.jitter()).plusSeconds(30);
    server =
        LoopbackServer.start(
            "satchel-pictures", builder.binding, MAX_THREADS, idle, new PictureHandler());
    LOG.info("The picture site listens at {}", server.uri());
  }

  public static Builder builder() {
    return new Builder();
  }

  /** {@code http://127.0.0.1:port}, or https. */
  public String url() {
    return server.uri().toString();
  }

  /** The ports of all addresses that may be fetched from, the refusing one's too. */
  public List<Integer> ports() {
    return List.of(server.uri().getPort(), URI.create(REFUSING_URL).getPort());
  }

  /** The address of the n-th picture of the sequence, from 0. */
  public String pictureUrl(long n) {
    return url() + "/pictures/" + n + "." + pool.extension(n);
  }

  /** The address of the n-th picture of a thing, from 0. */
  public String subjectUrl(Subject subject, long n) {
    return url() + "/subjects/" + subject.label() + "/" + n + ".jpg";
  }

  /** The n-th picture of a thing, from 0. Draws it. */
  public byte[] picture(Subject subject, long n) {
    return Painter.paint(subject, seed * 1_000_003 + n);
  }

  /** An address of the same picture that answers 503 the first time and is fine from then on. */
  public String flakyUrl(long n) {
    return url() + "/flaky/" + n + "." + pool.extension(n);
  }

  /** An address that is bad in this way, a different one for each n. */
  public String faultUrl(PictureFault fault, long n) {
    return switch (fault) {
      case CONNECTION_REFUSED -> REFUSING_URL + "?" + n;
      case BLOCKED_ADDRESS -> BLOCKED_URL + "?" + n;
      default -> url() + "/faults/" + fault.slug() + "/" + n + ".jpg";
    };
  }

  /** The n-th picture of the sequence, from 0. Waits while it is drawn. */
  public Picture picture(long n) {
    return pool.picture(n).join();
  }

  /** Draws every distinct picture now, so that no request of a measurement waits for it. */
  public void drawAll() {
    LongStream.range(0, pool.distinct())
        .mapToObj(pool::picture)
        .toList()
        .forEach(drawn -> drawn.join());
  }

  /**
   * How many requests came in so far, by what they asked for: {@code pictures}, {@code flaky},
   * {@code unknown}, or the name of a {@link PictureFault}. What was never asked for is missing.
   */
  public Map<String, Long> requests() {
    return requests.entrySet().stream()
        .collect(toUnmodifiableMap(Map.Entry::getKey, count -> count.getValue().sum()));
  }

  @Override
  public void close() throws IOException {
    try {
      server.close();
    } finally {
      painters.shutdownNow();
    }
  }

  /** What a site can be told before it starts. */
  public static final class Builder {
    private Binding binding = Binding.of(0);
    private long seed = 1;
    private int poolSize = 40;
    private @Nullable PictureFiles files;
    private Latency latency = Latency.NONE;
    private Duration patience = Duration.ofSeconds(60);

    private Builder() {}

    /** Where to listen; at a free port of 127.0.0.1, without TLS, unless told. */
    public Builder binding(Binding binding) {
      this.binding = binding;
      return this;
    }

    /** What the pictures are drawn from, 1 unless told. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /** How many distinct pictures there are, 40 unless told. */
    public Builder poolSize(int poolSize) {
      this.poolSize = poolSize;
      return this;
    }

    /** Serves these pictures instead of drawing some. */
    public Builder files(PictureFiles files) {
      this.files = files;
      return this;
    }

    /** How long every answer takes, no time unless told. */
    public Builder latency(Latency latency) {
      this.latency = latency;
      return this;
    }

    /** After how long an answer that would never end is cut off, 60 seconds unless told. */
    public Builder patience(Duration patience) {
      this.patience = patience;
      return this;
    }

    public PictureSite start() throws IOException {
      return new PictureSite(this);
    }
  }

  private final class PictureHandler extends Handler.Abstract.NonBlocking {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      var exchange = new Exchange(request, response, callback, patience);
      if (Request.getPathInContext(request).equals(REQUESTS)) {
        exchange.body("application/json", json(requests()));
        return true;
      }
      Matcher subject = SUBJECT_PATH.matcher(Request.getPathInContext(request));
      if (subject.matches()) {
        count("subjects");
        draw(subject, exchange);
        return true;
      }
      Matcher path = PATH.matcher(Request.getPathInContext(request));
      if (!path.matches()) {
        count("unknown");
        exchange.status(404);
        return true;
      }
      long n = Long.parseLong(path.group("n"));
      Runnable answer = answer(path, n, exchange);
      Duration delay = latency.of(seed, n);
      if (delay.isZero()) {
        answer.run();
      } else {
        exchange.after(delay, answer);
      }
      return true;
    }

    private void draw(Matcher path, Exchange exchange) {
      Subject subject = SUBJECTS.get(path.group("subject"));
      if (subject == null) {
        exchange.status(404);
        return;
      }
      long n = Long.parseLong(path.group("n"));
      when(
          CompletableFuture.supplyAsync(() -> picture(subject, n), painters),
          exchange,
          jpeg -> exchange.body("image/jpeg", jpeg));
    }

    private Runnable answer(Matcher path, long n, Exchange exchange) {
      String fault = path.group("fault");
      if (fault != null) {
        PictureFault known = FAULTS.get(fault);
        count(known == null ? "unknown" : known.name());
        return known == null ? () -> exchange.status(404) : () -> fail(known, n, exchange);
      }
      boolean flaky = "flaky".equals(path.group(1));
      count(flaky ? "flaky" : "pictures");
      if (flaky && flakyAsked.add(n)) {
        return () -> exchange.status(503);
      }
      return () ->
          when(
              pool.picture(n),
              exchange,
              picture -> exchange.body(picture.contentType(), picture.bytes()));
    }

    private void count(String kind) {
      requests.computeIfAbsent(kind, k -> new LongAdder()).increment();
    }

    private void fail(PictureFault fault, long n, Exchange exchange) {
      switch (fault) {
        case NOT_FOUND, CONNECTION_REFUSED, BLOCKED_ADDRESS -> exchange.status(404);
        case SERVER_ERROR -> exchange.status(500);
        case UNAUTHORIZED -> exchange.status(401);
        case FORBIDDEN -> exchange.status(403);
        case THROTTLED -> exchange.throttled(Duration.ofSeconds(1));
        case REDIRECT_LOOP -> exchange.redirect(faultUrl(fault, n));
        case BLOCKED_REDIRECT -> exchange.redirect(faultUrl(PictureFault.BLOCKED_ADDRESS, n));
        case NEVER_ANSWERS -> exchange.silence();
        case HTML -> exchange.body("text/html;charset=utf-8", HTML);
        case SVG -> exchange.body("image/svg+xml", SVG);
        case EMPTY -> exchange.body("image/jpeg", new byte[0]);
        case CONNECTION_RESET ->
            withJpeg(exchange, jpeg -> exchange.half("image/jpeg", jpeg, true));
        case CUT_SHORT -> withJpeg(exchange, jpeg -> exchange.half("image/jpeg", jpeg, false));
        case DRIP -> withJpeg(exchange, jpeg -> exchange.drip("image/jpeg", jpeg));
        case CORRUPT_HEADER ->
            withJpeg(exchange, jpeg -> exchange.body("image/jpeg", corrupt(jpeg)));
        case TRUNCATED ->
            withJpeg(
                exchange,
                jpeg -> exchange.body("image/jpeg", Arrays.copyOf(jpeg, jpeg.length / 2)));
        case TOO_LARGE_DECLARED ->
            withJpeg(exchange, jpeg -> exchange.repeat("image/jpeg", jpeg, MAX_PICTURE_BYTES + 1));
        case TOO_LARGE_ENDLESS ->
            withJpeg(exchange, jpeg -> exchange.repeatForEver("image/jpeg", jpeg));
        case TOO_MANY_PIXELS ->
            when(
                CompletableFuture.supplyAsync(() -> Bomb.PNG, painters),
                exchange,
                png -> exchange.body("image/png", png));
      }
    }

    private void withJpeg(Exchange exchange, Consumer<byte[]> answer) {
      when(pool.toSpoil(), exchange, picture -> answer.accept(picture.bytes()));
    }

    private <T> void when(CompletableFuture<T> drawn, Exchange exchange, Consumer<T> answer) {
      drawn
          .thenAccept(answer)
          .exceptionally(
              failure -> {
                exchange.fail(failure);
                return null;
              });
    }

    private static byte[] json(Map<String, Long> counts) {
      try {
        return JsonMapper.builder().build().writeValueAsBytes(counts);
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e); // a map of plain values
      }
    }

    private byte[] corrupt(byte[] jpeg) {
      byte[] copy = jpeg.clone();
      var noise = new byte[32];
      new SplittableRandom(seed).nextBytes(noise);
      System.arraycopy(noise, 0, copy, 0, noise.length);
      return copy;
    }
  }

  /** Written when it is first asked for. */
  private static final class Bomb {
    static final byte[] PNG = BombPng.write(BOMB_SIDE, BOMB_SIDE);
  }
}
