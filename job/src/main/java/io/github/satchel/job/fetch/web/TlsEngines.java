package io.github.satchel.job.fetch.web;

import io.github.satchel.guard.address.HostPatterns;
import io.github.satchel.job.fetch.source.FetchSettings;
import io.github.satchel.job.fetch.source.TlsChoice;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.asynchttpclient.AsyncHttpClientConfig;
import org.asynchttpclient.SslEngineFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS that verifies certificates against the JVM's trust store, except for the hosts that an
 * operator exempts. Its native engine is BoringSSL by netty-tcnative; the same trust managers of
 * the JVM verify for both engines.
 */
final class TlsEngines implements SslEngineFactory {

  private static final Logger LOG = LoggerFactory.getLogger(TlsEngines.class);
  private static final AtomicBoolean LOGGED = new AtomicBoolean();

  private final boolean verify;
  private final HostPatterns unverifiedHosts;
  private final SslProvider provider;
  private final SslContext verifying;
  private final SslContext trusting;

  /**
   * Engines for clients.
   *
   * @throws IllegalStateException if the native engine is asked for and does not load
   */
  TlsEngines(FetchSettings settings) {
    verify = settings.tlsVerify();
    unverifiedHosts = new HostPatterns(settings.tlsUnverifiedHosts());
    provider = provider(settings.tlsEngine());
    try {
      verifying = client().endpointIdentificationAlgorithm("HTTPS").build();
      trusting =
          client()
              .endpointIdentificationAlgorithm("")
              .trustManager(InsecureTrustManagerFactory.INSTANCE)
              .build();
    } catch (SSLException e) {
      throw new IllegalStateException("no TLS on this JVM", e);
    }
  }

  /** Whether BoringSSL encrypts, not the JVM. */
  boolean isNative() {
    return provider != SslProvider.JDK;
  }

  @Override
  public SSLEngine newSslEngine(AsyncHttpClientConfig config, String host, int port) {
    boolean trusted = !verify || unverifiedHosts.matches(host.toLowerCase(Locale.ROOT));
    return (trusted ? trusting : verifying).newEngine(ByteBufAllocator.DEFAULT, host, port);
  }

  /** Frees native memory, which engines that are still open keep until they close. */
  @Override
  public void destroy() {
    ReferenceCountUtil.release(verifying);
    ReferenceCountUtil.release(trusting);
  }

  private SslContextBuilder client() {
    return SslContextBuilder.forClient().sslProvider(provider);
  }

  private static SslProvider provider(TlsChoice choice) {
    if (choice == TlsChoice.JAVA) {
      return SslProvider.JDK;
    }
    boolean available = OpenSsl.isAvailable();
    if (!available && choice == TlsChoice.NATIVE) {
      throw new IllegalStateException(
          "BoringSSL does not load; fetch.tls.engine: auto does without it",
          OpenSsl.unavailabilityCause());
    }
    if (LOGGED.compareAndSet(false, true)) {
      if (available) {
        LOG.info("TLS for downloads: {}", OpenSsl.versionString());
      } else {
        LOG.warn(
            "BoringSSL does not load; downloads use the JVM's TLS: {}",
            String.valueOf(OpenSsl.unavailabilityCause()));
      }
    }
    // Counted references are freed when a connection closes; the other OpenSSL provider of Netty
    // leaves that to finalizers.
    return available ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK;
  }
}
