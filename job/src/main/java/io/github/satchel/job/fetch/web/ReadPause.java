package io.github.satchel.job.fetch.web;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;

/**
 * Stops reading from a connection. Turning off auto-read is not enough, as the client then asks for
 * each next read by itself.
 */
final class ReadPause extends ChannelOutboundHandlerAdapter {

  private boolean paused;

  /** The handler of a connection, added if there is none. To be called on its event loop. */
  static ReadPause of(Channel channel) {
    ReadPause present = channel.pipeline().get(ReadPause.class);
    if (present != null) {
      return present;
    }
    ReadPause added = new ReadPause();
    channel.pipeline().addFirst(added);
    return added;
  }

  void pause(Channel channel) {
    paused = true;
    channel.config().setAutoRead(false);
  }

  void resume(Channel channel) {
    paused = false;
    channel.config().setAutoRead(true);
  }

  @Override
  public void read(ChannelHandlerContext context) {
    if (!paused) {
      context.read();
    }
  }
}
