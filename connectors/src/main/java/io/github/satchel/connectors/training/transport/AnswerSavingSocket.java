package io.github.satchel.connectors.training.transport;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;

/**
 * A socket for large bodies. A service that refuses one early answers and hangs up, which makes the
 * next write fail: if an answer has come by then, the rest of the body is dropped, and the answer
 * can be read.
 */
final class AnswerSavingSocket extends Socket {

  @Override
  public OutputStream getOutputStream() throws IOException {
    InputStream in = getInputStream();
    return new FilterOutputStream(super.getOutputStream()) {

      private boolean refused;

      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        if (refused) {
          return;
        }
        try {
          out.write(bytes, offset, length);
        } catch (IOException hungUp) {
          if (in.available() == 0) {
            throw hungUp;
          }
          refused = true;
        }
      }
    };
  }
}
