package io.github.satchel.trainer;

import io.github.satchel.guard.address.AddressPolicy;
import io.github.satchel.guard.address.BlockedAddressException;
import io.github.satchel.trainer.api.ImageFetcher;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.util.Timeout;

/**
 * Fetches images over HTTP and HTTPS. The addresses that a name resolves to are checked where they
 * are connected to, so that neither a name that resolves anew nor a redirect leads past the check.
 */
final class WebImageFetcher implements ImageFetcher, AutoCloseable {
  private static final Timeout PATIENCE = Timeout.ofSeconds(10);
  private static final int MAX_REDIRECTS = 5;
  private static final int MAX_CONNECTIONS = 4;

  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final CloseableHttpClient client;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            var thread = new Thread(work, "trainer-fetch-deadline");
            thread.setDaemon(true);
            return thread;
          });

  WebImageFetcher(AddressPolicy policy) {
    client =
        HttpClients.custom()
            .setConnectionManager(
                PoolingHttpClientConnectionManagerBuilder.create()
                    .setDnsResolver(new GuardedResolver(policy))
                    .setMaxConnTotal(MAX_CONNECTIONS)
                    .setMaxConnPerRoute(MAX_CONNECTIONS)
                    .setDefaultConnectionConfig(
                        ConnectionConfig.custom()
                            .setConnectTimeout(PATIENCE)
                            .setSocketTimeout(PATIENCE)
                            .build())
                    .build())
            .setDefaultRequestConfig(
                RequestConfig.custom()
                    .setResponseTimeout(PATIENCE)
                    .setConnectionRequestTimeout(PATIENCE)
                    .setMaxRedirects(MAX_REDIRECTS)
                    .build())
            .disableAutomaticRetries()
            .disableCookieManagement()
            .setUserAgent("satchel-trainer")
            .build();
  }

  private record GuardedResolver(AddressPolicy policy) implements DnsResolver {
    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
      InetAddress[] all = SystemDefaultDnsResolver.INSTANCE.resolve(host);
      return policy.check(host, List.of(all)).toArray(InetAddress[]::new);
    }

    @Override
    public String resolveCanonicalHostname(String host) {
      return host;
    }
  }

  @Override
  public byte[] fetch(String address, int maxBytes) throws FetchException {
    var request = new HttpGet(uri(address));
    // Each read has its own patience; this ends a body that never does.
    ScheduledFuture<?> deadline =
        timer.schedule(request::cancel, DEADLINE.toSeconds(), TimeUnit.SECONDS);
    try {
      return client.execute(request, response -> body(response, maxBytes));
    } catch (FetchException e) {
      throw e;
    } catch (BlockedAddressException e) {
      throw new FetchException("Access forbidden by target server");
    } catch (UnknownHostException e) {
      throw new FetchException("Unable to resolve host name");
    } catch (SocketTimeoutException e) {
      throw new FetchException("Timeout exceeded when loading resource");
    } catch (IOException e) {
      throw new FetchException(
          request.isCancelled()
              ? "Timeout exceeded when loading resource"
              : "Unable to connect to host");
    } finally {
      deadline.cancel(false);
    }
  }

  private static URI uri(String address) throws FetchException {
    try {
      URI uri = new URI(address);
      boolean web =
          "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
      if (web && uri.getHost() != null && uri.getUserInfo() == null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // said below
    }
    throw new FetchException("Invalid URL specified");
  }

  private static byte[] body(ClassicHttpResponse response, int maxBytes) throws IOException {
    int status = response.getCode();
    if (status == HttpStatus.SC_UNAUTHORIZED || status == HttpStatus.SC_FORBIDDEN) {
      throw new FetchException("Access forbidden by target server");
    }
    if (status != HttpStatus.SC_OK || response.getEntity() == null) {
      throw new FetchException("The server answered " + status);
    }
    try (InputStream in = response.getEntity().getContent()) {
      byte[] image = in.readNBytes(maxBytes + 1);
      if (image.length > maxBytes) {
        throw new FetchException("The image is too large");
      }
      return image;
    }
  }

  @Override
  public void close() throws IOException {
    timer.shutdownNow();
    client.close();
  }
}
