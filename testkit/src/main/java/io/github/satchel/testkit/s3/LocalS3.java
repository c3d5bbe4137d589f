package io.github.satchel.testkit.s3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * An S3 server over a directory, on the loopback interface: a bucket is a directory, an object a
 * file in it.
 */
public final class LocalS3 implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalS3.class);
  static final String ACCESS_KEY = "satchel-local";
  static final String SECRET_KEY = "satchel-local-secret";

  private final Path directory;
  private final S3Proxy server;
  private final BlobStore store;

  private LocalS3(Path directory, S3Proxy server, BlobStore store) {
    this.directory = directory;
    this.server = server;
    this.store = store;
  }

  /**
   * Starts a server.
   *
   * @param directory where buckets are kept
   * @param port the port to listen on, 0 for a free one
   */
  public static LocalS3 start(Path directory, int port) throws IOException {
    Files.createDirectories(directory);
    BlobStore store = new FilesystemNio2BlobStore(directory.toString());
    S3Proxy server =
        S3Proxy.builder()
            .blobStore(store)
            .endpoint(URI.create("http://127.0.0.1:" + port))
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ACCESS_KEY, SECRET_KEY)
            .ignoreUnknownHeaders(true)
            .build();
    try {
      server.start();
    } catch (Exception e) {
      throw new IOException("cannot start the S3 server on port " + port, e);
    }
    LOG.info("S3 listens on port {} and keeps its objects in {}", server.getPort(), directory);
    return new LocalS3(directory, server, store);
  }

  /** Where clients connect, with path-style access. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getPort());
  }

  public String accessKey() {
    return ACCESS_KEY;
  }

  public String secretKey() {
    return SECRET_KEY;
  }

  /** Creates a bucket, unless it exists. */
  public void bucket(String name) {
    if (!store.containerExists(name)) {
      store.createContainer(name);
    }
  }

  /** Where the objects of a bucket lie, each as a file named after its key. */
  public Path directory(String bucket) {
    return directory.resolve(bucket);
  }

  /** Stores an object, in place of one of the same key. */
  public void put(String bucket, String key, byte[] bytes) {
    store.putBlob(
        PutObjectRequest.builder()
            .bucket(bucket)
            .key(key)
            .contentLength((long) bytes.length)
            .build(),
        new ByteArrayInputStream(bytes));
  }

  @Override
  public void close() throws IOException {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IOException("cannot stop the S3 server", e);
    }
  }

  /**
   * Flink's settings to reach a local S3 server.
   *
   * @param endpoint its URL
   */
  public static Map<String, String> settings(String endpoint) {
    return Map.of(
        "s3.endpoint",
        endpoint,
        "s3.path.style.access",
        "true",
        "s3.access-key",
        ACCESS_KEY,
        "s3.secret-key",
        SECRET_KEY);
  }
}
