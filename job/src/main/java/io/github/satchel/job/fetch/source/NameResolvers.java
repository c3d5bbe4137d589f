package io.github.satchel.job.fetch.source;

import io.netty.channel.EventLoop;
import io.netty.resolver.NameResolver;
import java.io.Serializable;
import java.net.InetAddress;

/**
 * Makes the resolver that turns host names into addresses. Compared by value: fetch functions share
 * their connections only with those that resolve names in the same way, so an implementation is an
 * enum or a record.
 */
@FunctionalInterface
public interface NameResolvers extends Serializable {

  /**
   * A resolver that never blocks its caller.
   *
   * @param eventLoop on which it may do its work
   */
  NameResolver<InetAddress> create(EventLoop eventLoop);
}
