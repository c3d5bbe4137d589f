package io.github.satchel.job.fetch;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/** The I/O threads of the downloads. */
final class EventLoops {

  private final EventLoopGroup group;

  @SuppressWarnings("deprecation") // the client recognises its transport by this class only
  EventLoops(int threads) {
    group = new NioEventLoopGroup(threads, new DefaultThreadFactory("satchel-fetch-io", true));
  }

  EventLoopGroup group() {
    return group;
  }

  /** Stops the threads and waits for them. */
  void close(long timeout, TimeUnit unit) {
    group.shutdownGracefully(0, timeout, unit).awaitUninterruptibly(timeout, unit);
  }
}
