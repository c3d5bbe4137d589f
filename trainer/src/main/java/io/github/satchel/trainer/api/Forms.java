package io.github.satchel.trainer.api;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.MultiPartConfig;
import org.eclipse.jetty.http.MultiPartFormData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Utf8StringBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads forms, with their large parts on disk. */
public final class Forms {
  private static final Logger LOG = LoggerFactory.getLogger(Forms.class);
  private static final int MAX_PARTS = 1_000;
  private static final int MAX_MEMORY_PART_BYTES = 8 * 1024;

  private final long maxBytes;
  private final Path spool;

  /**
   * Reads forms of a size.
   *
   * @param maxBytes of a body
   * @param spool where parts lie while a call lasts
   */
  public Forms(long maxBytes, Path spool) {
    this.maxBytes = maxBytes;
    this.spool = spool;
  }

  /** Makes something of a form's parts. */
  @FunctionalInterface
  public interface Reader<T> {
    /**
     * Reads them.
     *
     * @param directory for files that are needed no longer than this takes
     */
    T read(MultiPartFormData.Parts parts, Path directory)
        throws IOException, InterruptedException, Refusal;
  }

  /**
   * Reads a form.
   *
   * @param body of the request
   * @throws Refusal if it is too large, or no form
   */
  public <T> T read(Request request, Content.Source body, Reader<T> reader)
      throws IOException, InterruptedException, Refusal {
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
    try (MultiPartFormData.Parts parts = parse(request, body, config)) {
      return reader.read(parts, directory);
    } catch (CharacterCodingException | Utf8StringBuilder.Utf8IllegalArgumentException e) {
      throw new Refusal(Answer.inputError("The form holds text that is not UTF-8"));
    } finally {
      Directories.delete(directory);
    }
  }

  private MultiPartFormData.Parts parse(
      Request request, Content.Source body, MultiPartConfig config) throws IOException, Refusal {
    String contentType = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
    if (contentType == null || !contentType.startsWith("multipart/form-data")) {
      throw new Refusal(Answer.inputError("The body is not a form"));
    }
    try {
      return MultiPartFormData.getParts(body, request, contentType, config);
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
