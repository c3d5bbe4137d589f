package io.github.satchel.testkit.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.satchel.standalone.S3Plugin;
import java.io.FileNotFoundException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalS3IT {
  private static final byte[] BYTES = "a drawing".getBytes(StandardCharsets.UTF_8);

  private LocalS3 s3;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    s3 = LocalS3.start(directory, 0);
    s3.bucket("images");
    s3.bucket("images");
  }

  @AfterEach
  void stop() throws Exception {
    s3.close();
  }

  @Test
  void flinkReadsAndWritesObjectsThroughItsPlugin() throws Exception {
    s3.put("images", "class/user/project/object", BYTES);
    S3Plugin.load(
        S3Plugin.directory(), Configuration.fromMap(LocalS3.settings(s3.endpoint().toString())));

    var stored = new org.apache.flink.core.fs.Path("s3://images/class/user/project/object");
    FileSystem fileSystem = stored.getFileSystem();
    try (InputStream in = fileSystem.open(stored)) {
      assertThat(in.readAllBytes()).isEqualTo(BYTES);
    }
    var copy = new org.apache.flink.core.fs.Path("s3://images/copy");
    try (OutputStream out = fileSystem.create(copy, WriteMode.OVERWRITE)) {
      out.write(BYTES);
    }
    try (InputStream in = fileSystem.open(copy)) {
      assertThat(in.readAllBytes()).isEqualTo(BYTES);
    }
    var missing = new org.apache.flink.core.fs.Path("s3://images/missing");
    assertThatThrownBy(() -> fileSystem.open(missing)).isInstanceOf(FileNotFoundException.class);
  }

  @Test
  void anUnsignedRequestIsRefused() throws Exception {
    s3.put("images", "object", BYTES);
    URI object = s3.endpoint().resolve("/images/object");

    HttpResponse<Void> response =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(object).build(), HttpResponse.BodyHandlers.discarding());

    assertThat(response.statusCode()).isEqualTo(403);
  }
}
