package io.github.satchel.testkit.watson;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import org.apache.flink.util.FileUtils;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.MultiPartConfig;
import org.eclipse.jetty.http.MultiPartFormData;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Request;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads forms, with their large parts on disk. */
final class Forms {
  private static final Logger LOG = LoggerFactory.getLogger(Forms.class);
  private static final int MAX_PARTS = 1_000;
  private static final int MAX_MEMORY_PART_BYTES = 8 * 1024;

  private final long maxBytes;
  private final Path spool;

  Forms(long maxBytes, Path spool) {
    this.maxBytes = maxBytes;
    this.spool = spool;
  }

  /** Makes something of a form's parts. */
  @FunctionalInterface
  interface Reader<T> {
    /**
     * Reads them.
     *
     * @param directory for files that are needed no longer than this takes
     */
    T read(MultiPartFormData.Parts parts, Path directory) throws IOException, Refusal;
  }

  <T> T read(Request request, Mishap mishap, Reader<T> reader) throws IOException, Refusal {
    if (request.getLength() > maxBytes) {
      throw new Refusal(Answer.TOO_LARGE);
    }
    Path directory = Files.createTempDirectory(spool, "call-");
    var config =
        new MultiPartConfig.Builder()
            .location(directory)
            .maxParts(MAX_PARTS)
            .maxSize(maxBytes)
            .maxPartSize(-1)
            .maxMemoryPartSize(MAX_MEMORY_PART_BYTES)
            .useFilesForPartsWithoutFileName(true)
            .build();
    try (MultiPartFormData.Parts parts = parse(request, mishap, config)) {
      return reader.read(parts, directory);
    } finally {
      FileUtils.deleteDirectoryQuietly(directory.toFile());
    }
  }

  private MultiPartFormData.Parts parse(Request request, Mishap mishap, MultiPartConfig config)
      throws IOException, Refusal {
    String contentType = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
    if (contentType == null || !contentType.startsWith("multipart/form-data")) {
      throw new Refusal(Answer.inputError("The body is not a form"));
    }
    try {
      return MultiPartFormData.getParts(mishap.body(request), request, contentType, config);
    } catch (CompletionException e) {
      if (e.getCause() instanceof EofException clientIsGone) {
        throw clientIsGone;
      }
      LOG.debug("unreadable form", e);
      throw new Refusal(
          Request.getContentBytesRead(request) > maxBytes
              ? Answer.TOO_LARGE
              : Answer.inputError("The form cannot be read"));
    }
  }
}
