package io.github.satchel.job.fetch;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;

/**
 * Stops reading from a connection. Turning off auto-read is not enough, as the client then asks for
 * each next read by itself.
 */
final class Valve extends ChannelOutboundHandlerAdapter {

  private boolean shut;

  /** The valve of a connection, put in if there is none. To be called on its event loop. */
  static Valve of(Channel channel) {
    Valve present = channel.pipeline().get(Valve.class);
    if (present != null) {
      return present;
    }
    Valve valve = new Valve();
    channel.pipeline().addFirst(valve);
    return valve;
  }

  void shut(Channel channel) {
    shut = true;
    channel.config().setAutoRead(false);
  }

  void open(Channel channel) {
    shut = false;
    channel.config().setAutoRead(true);
  }

  @Override
  public void read(ChannelHandlerContext context) {
    if (!shut) {
      context.read();
    }
  }
}
