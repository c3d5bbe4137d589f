package io.github.satchel.job.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.resolver.NameResolver;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DnsTest {

  @Test
  void theSystemsResolverWorksOnTheThreadsOfTheDownloads() throws Exception {
    EventLoops loops = new EventLoops(1);
    try (NameResolver<InetAddress> names = Dns.SYSTEM.create(loops.group().next())) {
      assertThat(names.resolveAll("localhost").get(Fetching.HANG.toSeconds(), TimeUnit.SECONDS))
          .isNotEmpty()
          .allMatch(InetAddress::isLoopbackAddress);
    } finally {
      loops.close(5, TimeUnit.SECONDS);
    }
  }
}
