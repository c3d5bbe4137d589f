package io.github.satchel.connectors.watson;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.flink.core.fs.Path;
import org.apache.flink.util.IOUtils;
import org.apache.hc.client5.http.entity.mime.AbstractContentBody;
import org.apache.hc.core5.http.ContentType;

/** An archive as a part of a multipart body, streamed from its file system. */
final class ArchiveBody extends AbstractContentBody {

  private static final int BUFFER_BYTES = 64 << 10;

  private final ExampleArchive archive;

  ArchiveBody(ExampleArchive archive) {
    super(ContentType.APPLICATION_OCTET_STREAM);
    this.archive = archive;
  }

  @Override
  public String getFilename() {
    return archive.className() + ".zip";
  }

  @Override
  public long getContentLength() {
    return archive.bytes();
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    Path path = new Path(archive.uri());
    try (InputStream in = path.getFileSystem().open(path)) {
      IOUtils.copyBytes(in, out, BUFFER_BYTES, false);
    }
  }
}
