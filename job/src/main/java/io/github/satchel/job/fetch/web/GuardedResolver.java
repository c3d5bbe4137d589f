package io.github.satchel.job.fetch.web;

import io.github.satchel.guard.address.AddressPolicy;
import io.github.satchel.guard.address.BlockedAddressException;
import io.github.satchel.guard.address.HostNames;
import io.netty.resolver.InetNameResolver;
import io.netty.resolver.NameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/**
 * Resolves names to those of their addresses that the policy allows. The client connects to what it
 * gets from here without asking again, so what was checked is what is connected to.
 */
public final class GuardedResolver extends InetNameResolver {

  private final NameResolver<InetAddress> names;
  private final AddressPolicy policy;

  public GuardedResolver(
      EventExecutor executor, NameResolver<InetAddress> names, AddressPolicy policy) {
    super(executor);
    this.names = names;
    this.policy = policy;
  }

  @Override
  protected void doResolve(String host, Promise<InetAddress> promise) throws UnknownHostException {
    Promise<List<InetAddress>> all = executor().newPromise();
    all.addListener(
        (Future<List<InetAddress>> resolved) -> {
          if (resolved.isSuccess()) {
            promise.trySuccess(resolved.getNow().get(0));
          } else {
            promise.tryFailure(resolved.cause());
          }
        });
    doResolveAll(host, all);
  }

  @Override
  protected void doResolveAll(String host, Promise<List<InetAddress>> promise)
      throws UnknownHostException {
    Optional<InetAddress> literal = HostNames.literal(host);
    if (literal.isPresent()) {
      check(host, List.of(literal.get()), promise);
      return;
    }
    names
        .resolveAll(host)
        .addListener(
            (Future<List<InetAddress>> resolved) -> {
              if (resolved.isSuccess()) {
                check(host, resolved.getNow(), promise);
              } else {
                promise.tryFailure(resolved.cause());
              }
            });
  }

  private void check(String host, List<InetAddress> addresses, Promise<List<InetAddress>> promise) {
    try {
      promise.trySuccess(policy.check(host, addresses));
    } catch (BlockedAddressException e) {
      promise.tryFailure(e);
    }
  }

  @Override
  public void close() {
    names.close();
  }
}
