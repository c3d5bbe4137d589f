package io.github.satchel.connectors.training.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.satchel.connectors.training.watson.FakeWatson;
import io.github.satchel.connectors.training.watson.Options;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpTransportTest {

  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-03-01T12:00:00Z"), ZoneOffset.UTC);

  private FakeWatson watson;
  private HttpTransport transport;

  @BeforeEach
  void start() throws IOException {
    watson = new FakeWatson();
    transport = new HttpTransport(Options.transport(Duration.ofMillis(300)), CLOCK);
  }

  @AfterEach
  void stop() {
    transport.close();
    watson.close();
  }

  @ParameterizedTest
  @CsvSource({
    "7, PT7S",
    "0, PT0S",
    "'Sun, 01 Mar 2026 12:01:30 GMT', PT1M30S",
    "'Sun, 01 Mar 2026 11:00:00 GMT', PT0S",
    "soon,",
    "-3,"
  })
  void retryAfterIsSecondsOrADate(String header, Duration wait) throws Exception {
    watson.lists.add(
        (exchange, call) -> {
          exchange.getResponseHeaders().set("Retry-After", header);
          FakeWatson.answering(503, "").answer(exchange, call);
        });

    assertThat(get().retryAfter()).isEqualTo(wait);
  }

  @Test
  void anAnswerThatDripsIsBrokenOffAtTheTotalLimit() {
    watson.lists.add(
        (exchange, call) -> {
          exchange.sendResponseHeaders(200, 0);
          try {
            while (!watson.end.await(20, java.util.concurrent.TimeUnit.MILLISECONDS)) {
              exchange.getResponseBody().write(' ');
              exchange.getResponseBody().flush();
            }
          } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
          }
        });

    assertThatThrownBy(this::get)
        .isInstanceOfSatisfying(
            UploadException.class,
            failure -> assertThat(failure.verdict()).isEqualTo(Verdict.UNAVAILABLE))
        .hasMessage("not done within PT0.3S");
  }

  @Test
  void aRedirectIsNotFollowed() throws Exception {
    watson.lists.add(
        (exchange, call) -> {
          exchange.getResponseHeaders().set("Location", watson.url() + "/elsewhere");
          FakeWatson.answering(302, "").answer(exchange, call);
        });

    assertThat(get().status()).isEqualTo(302);
    assertThat(watson.calls).hasSize(1);
  }

  @Test
  void whatIsNotJsonIsMissing() throws Exception {
    watson.lists.add(FakeWatson.answering(413, "<html>Request Entity Too Large</html>"));

    assertThat(get().body().isMissingNode()).isTrue();
  }

  @Test
  void nothingIsSentOnceItIsClosed() {
    transport.close();

    assertThatThrownBy(this::get).isInstanceOf(Exception.class);
    assertThat(watson.calls).isEmpty();
  }

  private HttpTransport.Answer get() throws UploadException {
    return transport.send(new HttpGet(watson.url() + "/v3/classifiers"));
  }
}
