package io.github.satchel.trainer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;

/** Calls with a key, made by hand where a client library would refuse to. */
final class HttpCalls {
  static final String VERSION = "?version=2018-03-19";
  static final String BOUNDARY = "satchel-test-boundary";
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final URI base;
  private final String key;

  HttpCalls(URI base, String key) {
    this.base = base;
    this.key = key;
  }

  /** A form's body, a part for each field; a field may bring parameters along after its name. */
  static byte[] form(Map<String, byte[]> parts) {
    var out = new ByteArrayOutputStream();
    parts.forEach(
        (name, content) -> {
          out.writeBytes(
              ("--"
                      + BOUNDARY
                      + "\r\nContent-Disposition: form-data; name=\""
                      + name
                      + "\"\r\n\r\n")
                  .getBytes(UTF_8));
          out.writeBytes(content);
          out.writeBytes("\r\n".getBytes(ISO_8859_1));
        });
    out.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(ISO_8859_1));
    return out.toByteArray();
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(request(path).GET());
  }

  HttpResponse<String> post(String path, byte[] body) throws IOException, InterruptedException {
    return post(path, "multipart/form-data; boundary=" + BOUNDARY, body);
  }

  HttpResponse<String> post(String path, String contentType, byte[] body)
      throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", contentType)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  HttpResponse<String> method(String method, String path) throws IOException, InterruptedException {
    return send(request(path).method(method, HttpRequest.BodyPublishers.noBody()));
  }

  private HttpRequest.Builder request(String path) {
    String basic = Base64.getEncoder().encodeToString(("apikey:" + key).getBytes(UTF_8));
    return HttpRequest.newBuilder(URI.create(base + path))
        .timeout(Duration.ofMinutes(2))
        .header("Authorization", "Basic " + basic);
  }

  private static HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    try {
      return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (HttpTimeoutException e) {
      throw e;
    } catch (IOException closed) {
      // The server closes a connection whose body it could not read to the end, and the client may
      // already have taken that connection for this call: once more, on a fresh one.
      return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
  }
}
