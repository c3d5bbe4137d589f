package io.github.satchel.job.fetch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.satchel.contract.FailureCode;
import io.github.satchel.job.SatchelOptions;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A checklist of ways to spell an address that must not be reached. A canary listens on every
 * address of this machine; only 127.0.0.2 may be fetched from.
 */
class ForbiddenAddressesTest {

  private static final byte[] PICTURE = Fetching.picture(100);

  private static final List<String> LITERALS =
      List.of(
          // Loopback
          "127.0.0.1",
          "127.0.0.3",
          "127.1",
          "127.0.1",
          "127.255.255.254",
          "127.0.0.1.",
          "0x7f000001",
          "0X7F.0.0.1",
          "0x7f.1",
          "2130706433",
          "017700000001",
          "0177.0.0.1",
          "0177.0.0.01",
          "00177.0x0.0.1",
          "%31%32%37.0.0.1",
          "127%2e0.0.1",
          "127.0.0.1%2E",
          "\u2460\u2461\u2466.\u24ea.\u24ea.\u2460",
          "\uff11\uff12\uff17.0.0.1",
          "127\u30020\u30020\u30021",
          "user:pass@127.0.0.1",
          "pictures.test@127.0.0.1",
          "localhost",
          "localhost.",
          "LOCALHOST",
          "LocalHost.",
          "cat.localhost",
          "[::1]",
          "[0:0:0:0:0:0:0:1]",
          "[0000::0001]",
          // Unspecified
          "0.0.0.0",
          "0",
          "0x0",
          "00000000",
          "0.0",
          "0.1.2.3",
          "[::]",
          "[0::0]",
          // Private, link-local, metadata, carrier-grade NAT
          "10.0.0.1",
          "10.1",
          "0xa000001",
          "167772161",
          "012.0.0.1",
          "172.16.0.1",
          "172.31.255.255",
          "192.168.0.1",
          "192.168.257",
          "3232235521",
          "169.254.169.254",
          "0xa9fea9fe",
          "2852039166",
          "0251.0376.0251.0376",
          "169.254.43518",
          "100.64.0.1",
          "100.127.255.254",
          // Documentation, benchmarks, protocol assignments, relays
          "192.0.0.1",
          "192.0.2.1",
          "198.51.100.1",
          "203.0.113.1",
          "198.18.0.1",
          "198.19.255.255",
          "192.88.99.1",
          // Multicast, reserved, broadcast
          "224.0.0.1",
          "239.255.255.250",
          "240.0.0.1",
          "255.255.255.255",
          "4294967295",
          "0xffffffff",
          // IPv6: link-local, site-local, unique-local, multicast, discard, documentation
          "[fe80::1]",
          "[febf::1]",
          "[fec0::1]",
          "[fc00::1]",
          "[fd00:ec2::254]",
          "[ff02::1]",
          "[100::1]",
          "[2001:db8::1]",
          "[3fff::1]",
          "[5f00::1]",
          "[2001:2::1]",
          // IPv4 inside IPv6: mapped, compatible, NAT64, 6to4, Teredo, ISATAP, translated
          "[::ffff:127.0.0.1]",
          "[::ffff:7f00:1]",
          "[0:0:0:0:0:ffff:10.0.0.1]",
          "[::ffff:169.254.169.254]",
          "[::127.0.0.1]",
          "[::7f00:1]",
          "[64:ff9b::127.0.0.1]",
          "[64:ff9b::a9fe:a9fe]",
          "[64:ff9b:1::10.0.0.1]",
          "[2002:7f00:1::]",
          "[2002:a9fe:a9fe::1]",
          "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
          "[2a00:1450::5efe:127.0.0.1]",
          "[2a00:1450::200:5efe:10.0.0.1]",
          "[::ffff:0:127.0.0.1]");

  /** What a name server may say of a host. */
  private static final List<String> ADDRESSES =
      List.of(
          "127.0.0.1",
          "127.8.8.8",
          "0.0.0.0",
          "10.0.0.1",
          "172.20.0.1",
          "192.168.1.1",
          "169.254.169.254",
          "100.100.100.100",
          "192.0.2.7",
          "198.18.0.7",
          "224.0.0.251",
          "255.255.255.255",
          "127.0.0.1 10.0.0.1",
          "::1",
          "::",
          "::ffff:127.0.0.1",
          "::127.0.0.1",
          "64:ff9b::7f00:1",
          "2002:7f00:1::",
          "2001::7f00:1",
          "fe80::1",
          "fd12:3456::1",
          "ff02::1");

  private static TestServer canary;
  private static TestServer server;
  private Fetching fetching;

  static Stream<String> spellings() {
    return Stream.concat(
        LITERALS.stream(),
        Stream.iterate(0, i -> i < ADDRESSES.size(), i -> i + 1).map(i -> "n" + i + ".test"));
  }

  @BeforeAll
  static void startServers() throws IOException {
    canary = new TestServer("::");
    server =
        new TestServer("127.0.0.2")
            .on("/p.png", (request, connection) -> connection.picture(PICTURE));
  }

  @AfterAll
  static void stopServers() {
    server.close();
    canary.close();
  }

  @BeforeEach
  void open() {
    Map<String, String> names = new HashMap<>();
    names.put("pictures.test", "127.0.0.2");
    names.put("mixed.test", "127.0.0.1 127.0.0.2");
    names.put("rebinding.test", "127.0.0.2;127.0.0.1");
    for (int i = 0; i < ADDRESSES.size(); i++) {
      names.put("n" + i + ".test", ADDRESSES.get(i));
    }
    fetching = new Fetching(config(), new TestNames(names));
  }

  @AfterEach
  void canaryWasNotTouched() {
    fetching.close();
    assertThat(canary.connections()).as("connections to the canary").isZero();
  }

  @ParameterizedTest
  @MethodSource("spellings")
  void isNotReachedDirectly(String host) {
    assertThat(fetching.fetch("http://" + host + ":" + canary.port() + "/p.png").failure().code())
        .isEqualTo(FailureCode.IMAGE_BLOCKED_ADDRESS);
  }

  @ParameterizedTest
  @MethodSource("spellings")
  void isNotReachedByRedirect(String host) {
    String target = "http://" + host + ":" + canary.port() + "/p.png";

    assertThat(fetching.fetch(redirectTo(target)).failure().code())
        .isEqualTo(FailureCode.IMAGE_BLOCKED_ADDRESS);
  }

  @Test
  void theChecklistIsLongEnough() {
    assertThat(LITERALS).hasSizeGreaterThanOrEqualTo(60).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:///etc/passwd", "ftp://pictures.test/p.png", "gopher://127.0.0.1/"})
  void otherSchemesAreNotFollowed(String target) {
    assertThat(fetching.fetch(target).failure().code())
        .isIn(FailureCode.IMAGE_BLOCKED_ADDRESS, FailureCode.IMAGE_UNREACHABLE);
    assertThat(fetching.fetch(redirectTo(target)).failure().code())
        .isIn(FailureCode.IMAGE_BLOCKED_ADDRESS, FailureCode.IMAGE_UNREACHABLE);
  }

  @Test
  void aPortThatIsNotAllowedIsNotReached() {
    try (Fetching narrow =
        new Fetching(
            config().set(SatchelOptions.FETCH_ALLOWED_PORTS, List.of(server.port())),
            new TestNames(Map.of("pictures.test", "127.0.0.2")))) {
      String forbidden = "http://pictures.test:" + canary.port() + "/p.png";
      assertThat(narrow.fetch(forbidden).failure().code())
          .isEqualTo(FailureCode.IMAGE_BLOCKED_ADDRESS);
      assertThat(narrow.fetch(redirectTo(forbidden)).failure().code())
          .isEqualTo(FailureCode.IMAGE_BLOCKED_ADDRESS);
    }
  }

  @Test
  void ofSeveralAddressesOnlyTheAllowedAreConnectedTo() {
    assertThat(fetching.fetch("http://mixed.test:" + server.port() + "/p.png").picture())
        .isEqualTo(PICTURE);
  }

  @Test
  void aNameThatChangesItsAddressAfterTheCheckChangesNothing() {
    String url = "http://rebinding.test:" + server.port() + "/p.png";

    assertThat(fetching.fetch(url).picture()).isEqualTo(PICTURE);
    server.closeConnections();
    assertThat(fetching.fetch("http://rebinding.test:" + canary.port() + "/p.png").failure().code())
        .isEqualTo(FailureCode.IMAGE_BLOCKED_ADDRESS);
  }

  @Test
  void aNameThatChangesItsAddressBeforeARedirectIsCheckedAgain() {
    server.on(
        "/rebind",
        (request, connection) ->
            connection.respond(
                "302 Found",
                "Location: http://rebinding.test:" + canary.port() + "/p.png\r\n",
                new byte[0]));

    assertThat(
            fetching.fetch("http://rebinding.test:" + server.port() + "/rebind").failure().code())
        .isEqualTo(FailureCode.IMAGE_BLOCKED_ADDRESS);
  }

  @Test
  void anOperatorMayAllowAHost() {
    TestNames names = new TestNames(Map.of("cats.pictures.test", "127.0.0.2"));
    Configuration byHost =
        config()
            .set(SatchelOptions.FETCH_ALLOWED_NETWORKS, List.of())
            .set(SatchelOptions.FETCH_ALLOWED_HOSTS, List.of("*.pictures.test"));
    try (Fetching allowing = new Fetching(byHost, names)) {
      assertThat(allowing.fetch("http://cats.pictures.test:" + server.port() + "/p.png").picture())
          .isEqualTo(PICTURE);
      assertThat(allowing.fetch("http://127.0.0.2:" + server.port() + "/p.png").failure().code())
          .isEqualTo(FailureCode.IMAGE_BLOCKED_ADDRESS);
    }
  }

  private static String redirectTo(String target) {
    String location = new String(target.getBytes(UTF_8), ISO_8859_1);
    server.on(
        "/to",
        (request, connection) ->
            connection.respond("302 Found", "Location: " + location + "\r\n", new byte[0]));
    return "http://pictures.test:" + server.port() + "/to";
  }

  private static Configuration config() {
    return Fetching.config(server.port(), canary.port())
        .set(SatchelOptions.FETCH_IDLE_TIMEOUT, Fetching.HANG)
        .set(SatchelOptions.FETCH_TIMEOUT, Fetching.HANG); // another attempt is another look-up
  }
}
