package io.github.satchel.job.fetch;

import io.github.satchel.job.fetch.source.FetchMetrics;
import io.github.satchel.job.fetch.source.FetchSettings;
import io.github.satchel.job.fetch.source.NameResolvers;
import io.github.satchel.job.fetch.source.Problems;
import io.github.satchel.job.fetch.web.Dns;
import io.github.satchel.job.metrics.JobMetric;
import io.github.satchel.job.model.FetchedImage;
import io.github.satchel.job.model.ImageTask;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.apache.flink.streaming.api.functions.async.RichAsyncFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches images, from the web or from the store. Every task gives exactly one {@link
 * FetchedImage}, at its own deadline at the latest; a failure is data, never an exception.
 *
 * <p>Meant for {@code AsyncDataStream.unorderedWait} with {@code fetch.concurrency} places and a
 * time-out beyond the longest deadline. Connections, memory and the manners towards other people's
 * servers are those of the whole task manager ({@link FetchResources}).
 */
public final class FetchFunction extends RichAsyncFunction<ImageTask, FetchedImage> {

  private static final Logger LOG = LoggerFactory.getLogger(FetchFunction.class);

  private final FetchSettings settings;
  private final Clock clock;
  private final NameResolvers nameResolvers;

  private transient @Nullable FetchResources resources;
  private transient @Nullable FetchMetrics metrics;
  private transient @Nullable Map<ResultFuture<FetchedImage>, Delivery> deliveries;

  /** Fetches by the machine's clock and name servers. */
  public FetchFunction(FetchSettings settings) {
    this(settings, Clock.systemUTC(), Dns.SYSTEM);
  }

  /**
   * Fetches.
   *
   * @param clock serializable; tells the deadlines of tasks
   */
  public FetchFunction(FetchSettings settings, Clock clock, NameResolvers nameResolvers) {
    this.settings = settings;
    this.clock = clock;
    this.nameResolvers = nameResolvers;
  }

  @Override
  public void open(OpenContext context) {
    FetchResources shared = FetchResources.acquire(settings, clock, nameResolvers);
    resources = shared;
    metrics = new FetchMetrics(getRuntimeContext().getMetricGroup(), shared.budget());
    int nativeTls = shared.hasNativeTls() ? 1 : 0;
    JobMetric.FETCH_TLS_NATIVE.gauge(getRuntimeContext().getMetricGroup(), () -> nativeTls);
    Map<ResultFuture<FetchedImage>, Delivery> open = new ConcurrentHashMap<>();
    JobMetric.FETCH_IN_FLIGHT.gauge(getRuntimeContext().getMetricGroup(), open::size);
    deliveries = open;
  }

  @Override
  public void asyncInvoke(ImageTask task, ResultFuture<FetchedImage> result) {
    FetchResources shared = Objects.requireNonNull(resources);
    Map<ResultFuture<FetchedImage>, Delivery> open = Objects.requireNonNull(deliveries);
    Delivery delivery =
        new Delivery(
            task, result, Objects.requireNonNull(metrics), clock, () -> open.remove(result));
    Duration left = Duration.between(clock.instant(), task.deadline());
    if (left.isNegative() || left.isZero()) {
      delivery.failed(Problems.deadline());
      return;
    }
    open.put(result, delivery);
    delivery.endAt(shared.timer(), left);
    try {
      delivery.cancelWith(shared.fetch(task, Objects.requireNonNull(metrics), delivery));
    } catch (RuntimeException e) { // a mistake of ours: one image shall not stop all the others
      LOG.error(
          "Request {}: fetching image {} failed unexpectedly", task.requestId(), task.index(), e);
      delivery.failed(Problems.unusableAddress());
    }
  }

  @Override
  public void timeout(ImageTask task, ResultFuture<FetchedImage> result) {
    Delivery delivery = Objects.requireNonNull(deliveries).get(result);
    if (delivery != null) {
      delivery.failed(Problems.deadline());
    }
  }

  @Override
  public void close() {
    if (deliveries != null) {
      deliveries.values().forEach(Delivery::abandon);
      deliveries = null;
    }
    if (resources != null) {
      resources.release();
      resources = null;
    }
  }
}
