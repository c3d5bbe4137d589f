package io.github.satchel.operator.wake;

import io.github.satchel.job.Yaml;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** The state that a FlinkDeployment should have, {@code spec.job.state}, in the Kubernetes API. */
public final class Deployment {

  private static final Path ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final String SUSPENDED = "suspended";

  private final HttpClient client;
  private final URI resource;
  private final Path token;

  /**
   * A deployment.
   *
   * @param api where the API server is
   * @param token holds the service account's token, which is read anew each time, as it changes
   */
  public Deployment(HttpClient client, URI api, String namespace, String name, Path token) {
    this.client = client;
    this.resource =
        api.resolve(
            "/apis/flink.apache.org/v1beta1/namespaces/%s/flinkdeployments/%s"
                .formatted(namespace, name));
    this.token = token;
  }

  /** A deployment in the namespace of the pod that asks, by the pod's service account. */
  static Deployment inCluster(String name) throws IOException {
    // Netty's builder reads PEM, which the JDK takes only as a key store.
    var tls =
        (JdkSslContext)
            SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .trustManager(ACCOUNT.resolve("ca.crt").toFile())
                .build();
    return new Deployment(
        HttpClient.newBuilder().sslContext(tls.context()).build(),
        URI.create("https://kubernetes.default.svc"),
        Files.readString(ACCOUNT.resolve("namespace")).strip(),
        name,
        ACCOUNT.resolve("token"));
  }

  boolean isSuspended() throws IOException, InterruptedException {
    String json = ask(request().GET());
    // JSON is YAML.
    return SUSPENDED.equals(
        Yaml.read(
                new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)),
                resource.toString())
            .get("spec.job.state"));
  }

  void suspend() throws IOException, InterruptedException {
    set(SUSPENDED);
  }

  void resume() throws IOException, InterruptedException {
    set("running");
  }

  private void set(String state) throws IOException, InterruptedException {
    ask(
        request()
            .header("Content-Type", "application/merge-patch+json")
            .method(
                "PATCH",
                BodyPublishers.ofString("{\"spec\":{\"job\":{\"state\":\"" + state + "\"}}}")));
  }

  private HttpRequest.Builder request() throws IOException {
    return HttpRequest.newBuilder(resource)
        .timeout(TIMEOUT)
        .header("Authorization", "Bearer " + Files.readString(token).strip());
  }

  private String ask(HttpRequest.Builder request) throws IOException, InterruptedException {
    var response = client.send(request.build(), BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException(
          "The API server answers %d to %s: %s"
              .formatted(response.statusCode(), resource, response.body()));
    }
    return response.body();
  }
}
