package io.github.satchel.job.fetch.web;

import io.github.satchel.job.fetch.source.NameResolvers;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.resolver.NameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import java.net.InetAddress;
import java.util.List;

/**
 * The name servers of the machine, asked without blocking; answers are kept as long as they say.
 */
public enum Dns implements NameResolvers {
  SYSTEM;

  /** How long a name that does not exist is not asked for again, in seconds. */
  private static final int NEGATIVE_TTL = 10;

  /** So many questions at a time are not asked twice. */
  private static final int MAX_QUERIES = 1_000;

  private static final int QUERY_TIMEOUT_MILLIS = 2_000;

  /**
   * {@inheritDoc}
   *
   * <p>Search domains are left out: names on the web are complete, and a cluster's would multiply
   * the queries.
   */
  @Override
  public NameResolver<InetAddress> create(EventLoop eventLoop) {
    return new DnsNameResolverBuilder(eventLoop)
        .datagramChannelType(NioDatagramChannel.class)
        .socketChannelType(NioSocketChannel.class)
        .queryTimeoutMillis(QUERY_TIMEOUT_MILLIS)
        .negativeTtl(NEGATIVE_TTL)
        .searchDomains(List.of())
        .consolidateCacheSize(MAX_QUERIES)
        .build();
  }
}
