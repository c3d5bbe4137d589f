package io.github.satchel.connectors.training.transport;

import java.io.IOException;
import java.net.Socket;
import java.util.Objects;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.DefaultManagedHttpClientConnection;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.impl.io.MonitoringResponseOutOfOrderStrategy;
import org.apache.hc.core5.http.impl.io.SocketHolder;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.io.HttpResponseInformationCallback;
import org.apache.hc.core5.http.protocol.HttpContext;

/**
 * Connections that log neither headers nor content, which Apache's own do at DEBUG, and that hear a
 * refusal in the middle of a large body even if the service hangs up at once.
 */
final class SecretiveConnections extends PoolingHttpClientConnectionManagerBuilder {

  private static final String SECRETS = "satchel.secrets";

  SecretiveConnections() {
    setConnectionFactory(socket -> new Connection());
  }

  /** Has a request of this context sent with secrets. */
  static void attach(HttpContext context, Secrets secrets) {
    context.setAttribute(SECRETS, secrets);
  }

  @Override
  protected HttpClientConnectionOperator createConnectionOperator(
      SchemePortResolver ports, DnsResolver names, TlsSocketStrategy tls) {
    return new DefaultHttpClientConnectionOperator(
        proxy -> new AnswerSavingSocket(),
        ports,
        names,
        RegistryBuilder.<TlsSocketStrategy>create().register(URIScheme.HTTPS.id, tls).build());
  }

  /** Adds the secrets of a request when everything that logs has seen it. */
  static final class Executor extends HttpRequestExecutor {

    @Override
    public ClassicHttpResponse execute(
        ClassicHttpRequest request,
        HttpClientConnection connection,
        HttpResponseInformationCallback information,
        HttpContext context)
        throws IOException, HttpException {
      Secrets secrets =
          Objects.requireNonNullElse((Secrets) context.getAttribute(SECRETS), Secrets.NONE);
      if (secrets.authorization() != null) {
        request.setHeader(HttpHeaders.AUTHORIZATION, secrets.authorization());
      }
      if (secrets.query() != null) {
        request.setPath(request.getPath() + secrets.query());
      }
      return super.execute(request, connection, information, context);
    }
  }

  private static final class Connection extends DefaultManagedHttpClientConnection {

    Connection() {
      super(
          "satchel-trainer",
          null,
          null,
          null,
          null,
          null,
          MonitoringResponseOutOfOrderStrategy.INSTANCE,
          null,
          null);
    }

    @Override
    public void bind(Socket socket) throws IOException {
      bind(new SocketHolder(socket));
    }

    @Override
    public void bind(SSLSocket tls, Socket socket) throws IOException {
      bind(new SocketHolder(tls, socket));
    }

    @Override
    protected void onRequestSubmitted(ClassicHttpRequest request) {
      // Its headers are nobody's business.
    }

    @Override
    protected void onResponseReceived(ClassicHttpResponse response) {
      // Nor are these.
    }
  }
}
