package io.github.satchel.job.fetch.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.job.fetch.Fetching;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.resolver.NameResolver;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DnsTest {

  @Test
  void theSystemsResolverWorksOnTheThreadsOfTheDownloads() throws Exception {
    var loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try (NameResolver<InetAddress> names = Dns.SYSTEM.create(loops.next())) {
      assertThat(names.resolveAll("localhost").get(Fetching.HANG.toSeconds(), TimeUnit.SECONDS))
          .isNotEmpty()
          .allMatch(InetAddress::isLoopbackAddress);
    } finally {
      loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }
}
