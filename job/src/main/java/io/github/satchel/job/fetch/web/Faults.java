package io.github.satchel.job.fetch.web;

import io.github.satchel.guard.address.BlockedAddressException;
import io.github.satchel.job.fetch.source.Problems;
import io.github.satchel.job.model.Problem;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.resolver.dns.DnsNameResolverTimeoutException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * What a response, or the lack of one, means. The host in messages is that of the address that the
 * pupil gave.
 */
final class Faults {

  private Faults() {}

  /** What a status other than success and redirection means. */
  static Fault ofStatus(int status, @Nullable Duration retryAfter, String host, String site) {
    return switch (status) {
      case 401, 403 -> Fault.lasting(Problems.forbidden(host, site));
      case 429 -> Fault.throttled(Problems.throttled(host), retryAfter);
      case 503 -> Fault.throttled(Problems.unreachable(host), retryAfter);
      case 501 -> Fault.lasting(Problems.unreachable(host));
      default ->
          status >= 500
              ? Fault.passing(Problems.unreachable(host))
              : Fault.lasting(Problems.unreachable(host));
    };
  }

  /** What an exception of the client means. */
  static Fault of(Throwable thrown, String host) {
    List<Throwable> chain = Stream.iterate(thrown, t -> t != null, Throwable::getCause).toList();
    if (has(chain, BlockedAddressException.class)) {
      return Fault.lasting(Problems.blockedAddress(host));
    }
    if (has(chain, ConnectTimeoutException.class)
        || has(chain, SslHandshakeTimeoutException.class)
        || has(chain, DnsNameResolverTimeoutException.class)) {
      return Fault.silence();
    }
    Problem unreachable = Problems.unreachable(host);
    if (has(chain, UnknownHostException.class)) {
      return Fault.lasting(unreachable);
    }
    if (has(chain, CertificateExpiredException.class)) {
      return Fault.lasting(Problems.certificateExpired(host));
    }
    if (has(chain, CertificateException.class)
        || has(chain, CertPathBuilderException.class)
        || has(chain, CertPathValidatorException.class)
        || has(chain, SSLPeerUnverifiedException.class)) {
      return Fault.lasting(Problems.certificateNotTrusted(host));
    }
    if (has(chain, SSLException.class)) {
      return Fault.lasting(unreachable);
    }
    return has(chain, IOException.class) ? Fault.passing(unreachable) : Fault.lasting(unreachable);
  }

  private static boolean has(List<Throwable> chain, Class<?> type) {
    return chain.stream().anyMatch(type::isInstance);
  }
}
