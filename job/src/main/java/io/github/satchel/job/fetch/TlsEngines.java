package io.github.satchel.job.fetch;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.util.Locale;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.asynchttpclient.AsyncHttpClientConfig;
import org.asynchttpclient.SslEngineFactory;

/**
 * TLS that verifies certificates against the JVM's trust store, except for the hosts that an
 * operator exempts.
 */
final class TlsEngines implements SslEngineFactory {

  private final boolean verify;
  private final HostPatterns unverifiedHosts;
  private final SslContext verifying;
  private final SslContext trusting;

  TlsEngines(boolean verify, HostPatterns unverifiedHosts) {
    this.verify = verify;
    this.unverifiedHosts = unverifiedHosts;
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

  @Override
  public SSLEngine newSslEngine(AsyncHttpClientConfig config, String host, int port) {
    boolean trusted = !verify || unverifiedHosts.matches(host.toLowerCase(Locale.ROOT));
    return (trusted ? trusting : verifying).newEngine(ByteBufAllocator.DEFAULT, host, port);
  }

  private static SslContextBuilder client() {
    return SslContextBuilder.forClient().sslProvider(SslProvider.JDK);
  }
}
