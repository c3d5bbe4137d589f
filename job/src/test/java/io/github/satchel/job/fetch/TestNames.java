package io.github.satchel.job.fetch;

import io.github.satchel.job.fetch.source.NameResolvers;
import io.netty.channel.EventLoop;
import io.netty.resolver.InetNameResolver;
import io.netty.resolver.NameResolver;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A name server that knows a few names.
 *
 * @param names and their addresses, separated by blanks; what comes after a semicolon is the answer
 *     to the next question, and the last answer stays
 */
public record TestNames(Map<String, String> names) implements NameResolvers {

  @Override
  public NameResolver<InetAddress> create(EventLoop eventLoop) {
    Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
    return new InetNameResolver(eventLoop) {
      @Override
      protected void doResolve(String host, Promise<InetAddress> promise) {
        throw new UnsupportedOperationException("one address is not enough");
      }

      @Override
      protected void doResolveAll(String host, Promise<List<InetAddress>> promise) {
        String answers = names.get(host);
        if (answers == null) {
          promise.setFailure(new UnknownHostException(host));
          return;
        }
        String[] all = answers.split(";", -1);
        int turn = asked.computeIfAbsent(host, name -> new AtomicInteger()).getAndIncrement();
        promise.setSuccess(
            List.of(all[Math.min(turn, all.length - 1)].strip().split(" ")).stream()
                .map(NetUtil::createInetAddressFromIpAddressString)
                .toList());
      }
    };
  }
}
