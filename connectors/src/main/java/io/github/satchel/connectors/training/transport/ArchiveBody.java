package io.github.satchel.connectors.training.transport;

import io.github.satchel.connectors.training.ExampleArchive;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.flink.core.fs.Path;
import org.apache.hc.client5.http.entity.mime.AbstractContentBody;
import org.apache.hc.core5.http.ContentType;

/** An archive as a part of a multipart body, streamed from its file system or its content. */
public final class ArchiveBody extends AbstractContentBody {

  private static final int BUFFER_BYTES = 64 << 10;

  private final ExampleArchive archive;

  public ArchiveBody(ExampleArchive archive) {
    super(ContentType.APPLICATION_OCTET_STREAM);
    this.archive = archive;
  }

  @Override
  public String getFilename() {
    return new Path(archive.uri()).getName();
  }

  @Override
  public long getContentLength() {
    return archive.bytes();
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    byte[] content = archive.content();
    if (content != null) {
      out.write(content);
      return;
    }
    Path path = new Path(archive.uri());
    byte[] buffer = new byte[BUFFER_BYTES];
    long left = archive.bytes();
    try (InputStream in = path.getFileSystem().open(path)) {
      for (int read; (read = in.read(buffer)) >= 0; left -= read) {
        out.write(buffer, 0, read);
      }
    }
    if (left != 0) {
      // A body of another length than announced would leave the service waiting, or confused.
      throw new IOException("%s has changed while it was sent".formatted(archive.uri()));
    }
  }
}
