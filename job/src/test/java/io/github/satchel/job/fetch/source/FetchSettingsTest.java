package io.github.satchel.job.fetch.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.IllegalConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FetchSettingsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          fetch.max-size             | 0 b            | 0 bytes          | a size from 1 byte to 2147483631 bytes
          fetch.max-size             | 3 gb           | 3 gb             | a size from 1 byte to 2147483631 bytes
          fetch.memory               | 50 mb          | 50 mb            | more than fetch.max-size, 50 mb
          images.readers             | 0              | 0                | a whole number from 1 on
          fetch.max-per-host         | -1             | -1               | a whole number from 1 on
          fetch.max-attempts         | 0              | 0                | a whole number from 1 on
          fetch.timeout              | 0 s            | 0 ms             | a duration from 1 ms to 24 h
          fetch.connect-timeout      | 30 d           | 30 d             | a duration from 1 ms to 24 h
          fetch.user-agent           | ''             | ''               | a text of printable ASCII characters
          fetch.allowed-networks     | 10.0.0.0/x     | 10.0.0.0/x       | an address block such as 10.1.0.0/16 or fd00::/8
          fetch.allowed-networks     | 10.0.0.0/33    | 10.0.0.0/33      | an address block such as 10.1.0.0/16 or fd00::/8
          fetch.allowed-networks     | minio          | minio            | an address block such as 10.1.0.0/16 or fd00::/8
          fetch.allowed-hosts        | a.test;http://b/ | http://b/      | a host such as example.org or *.example.org
          fetch.allowed-hosts        | *              | *                | a host such as example.org or *.example.org
          fetch.tls.unverified-hosts | a b            | a b              | a host such as example.org or *.example.org
          fetch.allowed-ports        | 80;65536       | 65536            | a port from 1 to 65535
          fetch.wikimedia.api        | ftp://a.test/  | ftp://a.test/    | an address that starts with https:// or http://
          fetch.wikimedia.width      | 499            | 499              | one of 20, 40, 60, 120, 250, 330, 500, 960, 1280, 1920, 3840
          """)
  void aWrongValueIsNamedWithWhatIsAllowed(String key, String value, String shown, String allowed) {
    Configuration config = Configuration.fromMap(Map.of(key, value));

    assertThatThrownBy(() -> FetchSettings.from(config))
        .isInstanceOf(IllegalConfigurationException.class)
        .hasMessage(key + ": '" + shown + "' is not " + allowed);
  }

  @Test
  void theDefaultsAreRight() {
    assertThat(FetchSettings.from(new Configuration()).maxSize()).isEqualTo(52_428_800);
  }
}
