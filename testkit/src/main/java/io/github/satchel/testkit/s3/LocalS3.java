package io.github.satchel.testkit.s3;

import io.github.satchel.testkit.tls.LocalCertificates;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.jspecify.annotations.Nullable;
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
  private final URI endpoint;

  private LocalS3(Path directory, S3Proxy server, BlobStore store, URI endpoint) {
    this.directory = directory;
    this.server = server;
    this.store = store;
    this.endpoint = endpoint;
  }

  /**
   * Starts a server, without TLS.
   *
   * @param directory where buckets are kept
   * @param port the port to listen on, 0 for a free one
   */
  public static LocalS3 start(Path directory, int port) throws IOException {
    return start(directory, port, null, Duration.ZERO);
  }

  /**
   * Starts a server.
   *
   * @param certificates with which it takes TLS, and TLS only; null for plain HTTP
   * @param latency how long every operation takes at least
   */
  public static LocalS3 start(
      Path directory, int port, @Nullable LocalCertificates certificates, Duration latency)
      throws IOException {
    Files.createDirectories(directory);
    BlobStore store = new FilesystemNio2BlobStore(directory.toString());
    S3Proxy.Builder builder =
        S3Proxy.builder()
            .blobStore(latency.isZero() ? store : delayed(store, latency))
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ACCESS_KEY, SECRET_KEY)
            .ignoreUnknownHeaders(true);
    S3Proxy server =
        certificates == null
            ? builder.endpoint(URI.create("http://127.0.0.1:" + port)).build()
            : builder
                .secureEndpoint(URI.create("https://127.0.0.1:" + port))
                .keyStore(certificates.keyStore().toString(), LocalCertificates.PASSWORD)
                .build();
    try {
      server.start();
    } catch (Exception e) {
      throw new IOException("cannot start the S3 server on port " + port, e);
    }
    URI endpoint =
        URI.create(
            certificates == null
                ? "http://127.0.0.1:" + server.getPort()
                : "https://127.0.0.1:" + server.getSecurePort());
    LOG.info("S3 listens at {} and keeps its objects in {}", endpoint, directory);
    return new LocalS3(directory, server, store, endpoint);
  }

  private static BlobStore delayed(BlobStore store, Duration latency) {
    return (BlobStore)
        Proxy.newProxyInstance(
            BlobStore.class.getClassLoader(),
            new Class<?>[] {BlobStore.class},
            (proxy, operation, arguments) -> {
              LockSupport.parkNanos(latency.toNanos());
              try {
                return operation.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** Where clients connect, with path-style access. */
  public URI endpoint() {
    return endpoint;
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
