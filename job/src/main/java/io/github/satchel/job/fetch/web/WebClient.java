package io.github.satchel.job.fetch.web;

import static org.asynchttpclient.Dsl.asyncHttpClient;
import static org.asynchttpclient.Dsl.config;

import io.github.satchel.guard.address.HostNames;
import io.github.satchel.job.fetch.source.FetchSettings;
import io.github.satchel.job.fetch.source.NameResolvers;
import io.github.satchel.job.fetch.source.WebAddress;
import io.github.satchel.job.memory.ByteBudget;
import io.github.satchel.job.model.Validators;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.util.Timer;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.asynchttpclient.AsyncHttpClient;
import org.asynchttpclient.Request;
import org.asynchttpclient.RequestBuilder;

/**
 * Sends single requests: no redirects, no retries, no queues. Every connection of the client, and
 * of nothing else, goes through the guard, so a pooled connection is to an address that was
 * checked.
 */
public final class WebClient implements AutoCloseable {

  private static final int MAX_IO_THREADS = 4;
  private static final int MAX_HEADER_SIZE = 64 * 1024;
  private static final int MAX_PART_SIZE = 64 * 1024;
  private static final Duration NEVER = Duration.ofMillis(-1);
  private static final Duration POOLED_IDLE = Duration.ofSeconds(15);
  private static final long SHUTDOWN_SECONDS = 5;

  private final FetchSettings settings;
  private final Exchange.Surroundings surroundings;
  private final ByteBudget budget;
  private final EventLoopGroup eventLoops;
  private final GuardedResolver resolver;
  private final TlsEngines tls;
  private final AsyncHttpClient client;

  public WebClient(
      FetchSettings settings,
      Clock clock,
      Timer timer,
      ByteBudget budget,
      NameResolvers nameResolvers) {
    this.settings = settings;
    surroundings = new Exchange.Surroundings(settings, clock, timer);
    this.budget = budget;
    eventLoops = eventLoops();
    resolver =
        new GuardedResolver(
            ImmediateEventExecutor.INSTANCE,
            nameResolvers.create(eventLoops.next()),
            settings.addressPolicy());
    tls = new TlsEngines(settings);
    client =
        asyncHttpClient(
            config()
                .setEventLoopGroup(eventLoops)
                .setNettyTimer(timer)
                .setThreadFactory(new DefaultThreadFactory("satchel-fetch", true))
                .setSslEngineFactory(tls)
                .setHttp2Enabled(false) // many downloads on one connection cannot be paused apart
                .setConnectTimeout(settings.connectTimeout())
                .setHandshakeTimeout(Math.toIntExact(settings.connectTimeout().toMillis()))
                .setRequestTimeout(NEVER) // Watch knows when we ourselves are the slow ones
                .setReadTimeout(NEVER)
                .setPooledConnectionIdleTimeout(POOLED_IDLE)
                .setFollowRedirect(false)
                .setMaxRequestRetry(0)
                .setEnableAutomaticDecompression(false)
                .setValidateResponseHeaders(false)
                .setHttpClientCodecMaxHeaderSize(MAX_HEADER_SIZE)
                .setHttpClientCodecMaxChunkSize(MAX_PART_SIZE)
                .setCookieStore(null)
                .setUserAgent(settings.userAgent()));
  }

  @SuppressWarnings("deprecation") // the client recognises its transport by this class only
  private static EventLoopGroup eventLoops() {
    return new NioEventLoopGroup(
        Math.min(MAX_IO_THREADS, Runtime.getRuntime().availableProcessors()),
        new DefaultThreadFactory("satchel-fetch-io", true));
  }

  /**
   * An exchange, not yet started.
   *
   * @param timeLeft for the whole exchange
   * @param whenDone told once, from any thread
   */
  Exchange exchange(
      WebAddress address,
      WebAttempt.Query query,
      Duration timeLeft,
      BiConsumer<Exchange, Reply> whenDone) {
    return new Exchange(address, query, surroundings, timeLeft, budget.share(), whenDone);
  }

  /**
   * Sends it.
   *
   * @param validators of a picture that need not come again if it is still like that
   */
  public void send(Exchange exchange, WebAddress address, Validators validators) {
    exchange.start(client, request(address, validators));
  }

  /**
   * Finds out whether origins may be connected to, all of them, by what their names resolve to now.
   *
   * @param origins as {@link WebAddress#origin} writes them
   */
  public void check(List<String> origins, Runnable allowed, Runnable refused) {
    if (origins.isEmpty()) {
      allowed.run();
      return;
    }
    WebAddress first = WebAddress.parse(origins.get(0));
    if (!mayConnect(first)) {
      refused.run();
      return;
    }
    resolver
        .resolveAll(first.host())
        .addListener(
            resolved -> {
              if (resolved.isSuccess()) {
                check(origins.subList(1, origins.size()), allowed, refused);
              } else {
                refused.run();
              }
            });
  }

  /** Whether BoringSSL encrypts, not the JVM. */
  public boolean hasNativeTls() {
    return tls.isNative();
  }

  /** Whether an address is one of the web, at a port that is allowed. */
  boolean mayConnect(WebAddress address) {
    return address.isWeb() && settings.allowedPorts().contains(address.port());
  }

  private Request request(WebAddress address, Validators validators) {
    RequestBuilder request =
        new RequestBuilder()
            .setUri(address.uri())
            .setNameResolver(resolver)
            .setHeader(HttpHeaderNames.ACCEPT, "image/png,image/jpeg,image/*,*/*")
            .setHeader(HttpHeaderNames.ACCEPT_LANGUAGE, "*")
            .setHeader(HttpHeaderNames.ACCEPT_ENCODING, "gzip");
    if (validators.etag() != null) {
      request.setHeader(HttpHeaderNames.IF_NONE_MATCH, validators.etag());
    }
    if (validators.lastModified() != null) {
      request.setHeader(HttpHeaderNames.IF_MODIFIED_SINCE, validators.lastModified());
    }
    if (address.credentials() != null) {
      String encoded =
          Base64.getEncoder()
              .encodeToString(
                  HostNames.unescape(address.credentials()).getBytes(StandardCharsets.UTF_8));
      request.setHeader(HttpHeaderNames.AUTHORIZATION, "Basic " + encoded);
    }
    return request.build();
  }

  @Override
  public void close() {
    resolver.close();
    try {
      client.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    eventLoops
        .shutdownGracefully(0, SHUTDOWN_SECONDS, TimeUnit.SECONDS)
        .awaitUninterruptibly(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
  }
}
