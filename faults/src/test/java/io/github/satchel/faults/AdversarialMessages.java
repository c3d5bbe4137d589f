package io.github.satchel.faults;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.client.RequestBuilder;
import io.github.satchel.contract.Json;
import io.github.satchel.contract.StoredImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.function.LongFunction;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * An endless sequence of messages that somebody might write to harm the job, determined by a seed:
 * requests with one or a few things wrong, and things that are no requests at all.
 *
 * <p>Bytes are only changed at random in messages without web addresses, so that nothing but the
 * loopback interface is ever asked for.
 */
final class AdversarialMessages {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int LARGEST = 8_000_000;
  private static final int HUGE_ONE_IN = 2_000;
  private static final int IMAGES = 10;

  /** Names that mean something to a file system, a shell, a form, a URL or a terminal. */
  private static final List<String> NAMES =
      List.of(
          "",
          ".",
          "..",
          "../..",
          "../../etc/passwd",
          "/etc/passwd",
          "..\\..\\x",
          "a:b",
          "c:\\x",
          " a",
          "a ",
          " ",
          "\t",
          "a\nb",
          "a\r\nX-Header: 1",
          "a\u0000b",
          "\u0000",
          "\u007f",
          "\u0085",
          "\u2028",
          "\u202egnp.exe",
          "\ufeff",
          "\ufffe",
          "\ud83d",
          "\ude00",
          "\ude00\ud83d",
          "\ud83d\ude00",
          "e\u0301",
          "\u00e9",
          "null",
          "true",
          "NaN",
          "-1",
          "CON",
          "%2e%2e%2f",
          "%00",
          "a%20b",
          "${jndi:ldap://127.0.0.1:1/a}",
          "$(reboot)",
          "`reboot`",
          "'; DROP TABLE requests; --",
          "<script>alert(1)</script>",
          "a.zip",
          "upload.json",
          "decision.json",
          "__proto__",
          "*",
          "?",
          "#",
          "a#b?c",
          "~",
          "a;b",
          "a=b&c",
          "\"",
          "'",
          "x".repeat(30),
          "x".repeat(31),
          "x".repeat(64),
          "x".repeat(65),
          "x".repeat(255),
          "x".repeat(256),
          "\ud83d\ude00".repeat(30),
          "x".repeat(50_000));

  /** Addresses of nothing that may be fetched, however they are put. */
  private static final List<String> ADDRESSES =
      List.of(
          "",
          " ",
          "http://",
          "http:///",
          "http://:80",
          "http://:80/",
          "//127.0.0.1",
          "127.0.0.1",
          "file:///etc/passwd",
          "FILE:/etc/passwd",
          "ftp://127.0.0.1/",
          "gopher://127.0.0.1:25/x",
          "data:image/png;base64,AAAA",
          "javascript:alert(1)",
          "jar:http://127.0.0.1!/",
          "s3://x/y",
          "http://10.0.0.1/",
          "http://192.168.1.1/",
          "http://172.16.0.1/",
          "http://169.254.169.254/",
          "http://127.0.0.2/",
          "http://127.1:1/",
          "http://2130706434/",
          "http://0x7f000002/",
          "http://017700000002/",
          "http://0/",
          "http://0.0.0.0/",
          "http://[::1]/",
          "http://[::]/",
          "http://[::ffff:10.0.0.1]/",
          "http://[fe80::1%25eth0]/",
          "http://[fd00::1]/",
          "http://[64:ff9b::a00:1]/",
          "http://[::1",
          "http://]/",
          "http://user:secret@10.0.0.1/",
          "http://10.0.0.1@10.0.0.2/",
          "http://10.0.0.1#@10.0.0.2/",
          "http://10.0.0.1\\@10.0.0.2/",
          "http://\u2460\u24ea.0.0.1/",
          "http://10\u30020\u30020\u30021/",
          "http://\uff11\uff10.0.0.1/",
          "http://10.0.0.1:99999/",
          "http://10.0.0.1:-1/",
          "http://10.0.0.1:22/",
          "http://10.0.0.1/\r\nHost: x",
          "http://10.0.0.1/\u0000",
          "http://10.0.0.1/%zz",
          "http://10.0.0.1/\ud800",
          "http://localhost:1/",
          "http://LOCALHOST./",
          "http://a.localhost/",
          "http:10.0.0.1",
          "http:/10.0.0.1",
          "hTTp:\\\\10.0.0.1\\x",
          "http://" + "a.".repeat(200),
          "http://10.0.0.1/" + "x".repeat(9_000));

  private static final List<String> NUMBERS =
      List.of(
          "0",
          "-1",
          "1e5",
          "1e400",
          "-1e400",
          "1e1000000000",
          "9007199254740993",
          "9223372036854775808",
          "-9223372036854775809",
          "0.1",
          "60.0",
          "2147483648",
          "9".repeat(999),
          "9".repeat(2_000));

  private static final List<String> NAMES_OF_JWES = List.of("class-7", "no-such-credentials", "..");

  /** Encrypted credentials that cannot be, or ask for more than their decryption. */
  private static final List<String> JWES =
      List.of(
          "",
          "....",
          "a.b.c.d",
          "a.b.c.d.e",
          "a".repeat(5_000) + ".b.c.d.e",
          jwe("nope"),
          jwe("[".repeat(1_000)),
          jwe("{}"),
          jwe("{\"alg\":\"none\",\"enc\":\"A256GCM\",\"kid\":\"local-1\"}"),
          jwe("{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"kid\":\"local-1\"}"),
          jwe("{\"alg\":\"RSA-OAEP-256\",\"enc\":\"A256GCM\",\"kid\":\"local-1\"}"),
          jwe("{\"alg\":\"ECDH-ES\",\"enc\":\"A256GCM\",\"kid\":\"local-1\"}"),
          jwe("{\"alg\":\"ECDH-ES\",\"enc\":\"A256GCM\",\"kid\":\"../../etc/passwd\"}"),
          jwe("{\"alg\":\"ECDH-ES\",\"enc\":\"A256GCM\",\"kid\":\"${jndi:ldap://127.0.0.1:1/a}\"}"),
          jwe("{\"alg\":\"ECDH-ES\",\"enc\":\"A256GCM\",\"kid\":\"local-1\",\"zip\":\"DEF\"}"),
          jwe(
              "{\"alg\":\"ECDH-ES\",\"enc\":\"A256GCM\",\"kid\":\"local-1\",\"crit\":[\"exp\"],\"exp\":1}"),
          jwe(
              "{\"alg\":\"ECDH-ES\",\"enc\":\"A256GCM\",\"kid\":\"local-1\",\"epk\":{\"kty\":\"EC\","
                  + "\"crv\":\"P-256\",\"x\":\"AQ\",\"y\":\"AQ\"}}"),
          jwe(
              "{\"alg\":\"ECDH-ES\",\"enc\":\"A256GCM\",\"kid\":\"local-1\","
                  + "\"jku\":\"http://127.0.0.1:1/keys\"}"),
          jwe(
              "{\"alg\":\"PBES2-HS512+A256KW\",\"enc\":\"A256GCM\",\"kid\":\"local-1\","
                  + "\"p2c\":2147483647,\"p2s\":\"c2FsdHNhbHQ\"}"));

  private final Random random;
  private final LongFunction<String> pictures;
  private final List<String> credentials;
  private long number;

  /**
   * @param pictures addresses of pictures, good and bad ones
   * @param credentials names that exist
   */
  AdversarialMessages(long seed, LongFunction<String> pictures, List<String> credentials) {
    random = new Random(seed);
    this.pictures = pictures;
    this.credentials = credentials;
  }

  /** The next one, for a topic. */
  ProducerRecord<byte[], byte[]> next(String topic) {
    number++;
    byte[] value = random.nextInt(HUGE_ONE_IN) == 0 ? huge() : value();
    byte[] key = random.nextInt(20) == 0 ? null : pick(NAMES).getBytes(UTF_8);
    var message = new ProducerRecord<byte[], byte[]>(topic, null, key, value);
    if (random.nextInt(10) == 0) {
      addHeaders(message);
    }
    return message;
  }

  private static String jwe(String header) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(header.getBytes(UTF_8))
        + "..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA";
  }

  private byte @Nullable [] value() {
    return switch (random.nextInt(20)) {
      case 0 -> random.nextInt(4) == 0 ? null : noise(random.nextInt(4_000));
      case 1 -> truncated(request(false));
      case 2, 3, 4 -> flipped(request(false));
      case 5 -> encoded(request(false));
      case 6 -> nested(request(false));
      case 7 -> repeatedKey(request(false));
      case 8, 9, 10, 11 -> mutated(request(false), 1);
      case 12, 13 -> mutated(request(false), 1 + random.nextInt(20));
      case 14, 15, 16 -> text(renamed(request(false)));
      case 17, 18 -> text(request(false));
      default -> text(request(true));
    };
  }

  /**
   * A request that is valid but for what its images are.
   *
   * @param web whether it has pictures from the web, or addresses that are none
   */
  private ObjectNode request(boolean web) {
    String id = "adversarial-" + number;
    RequestBuilder builder =
        new RequestBuilder(id, "project-" + number % 97, "pupil", "Pets")
            .onImageFailure(random.nextBoolean() ? "fail" : "skip");
    if (random.nextBoolean()) {
      builder.store();
    } else if (random.nextInt(4) == 0) {
      builder.watson("no-such-credentials").encrypted(pick(NAMES_OF_JWES), pick(JWES));
    } else {
      builder.watson(pick(credentials), "no-such-credentials");
    }
    boolean hostile = random.nextInt(3) == 0;
    for (String label : List.of("cat", "dog")) {
      for (int i = 0; i < IMAGES; i++) {
        String imageid = label + i;
        if (!web && random.nextInt(3) == 0) {
          builder.download(label, imageid, "http://10.0.0.1/" + i);
        } else if (!web) {
          builder.retrieve(label, imageid, new StoredImage("o" + i, "p", "u", "c"));
        } else if (hostile && random.nextInt(4) == 0) {
          builder.download(label, imageid, pick(ADDRESSES));
        } else {
          builder.download(label, imageid, pictures.apply(number * 2 * IMAGES + i));
        }
      }
    }
    return builder.json();
  }

  private byte[] truncated(ObjectNode request) {
    byte[] text = text(request);
    return Arrays.copyOf(text, random.nextInt(text.length));
  }

  /** Of addresses, only ones that nothing can be fetched from are in it before. */
  private byte[] flipped(ObjectNode request) {
    withoutAddresses(request);
    byte[] text = text(request);
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      text[random.nextInt(text.length)] = (byte) random.nextInt();
    }
    return text;
  }

  private static void withoutAddresses(ObjectNode request) {
    for (JsonNode label : request.path("labels")) {
      for (JsonNode image : label) {
        if (image.has("url")) {
          ((ObjectNode) image).put("url", "none");
        }
      }
    }
  }

  private byte[] encoded(ObjectNode request) {
    String text = request.toString();
    return switch (random.nextInt(6)) {
      case 0 -> text.getBytes(UTF_16);
      case 1 -> text.getBytes(Charset.forName("UTF-32BE"));
      case 2 -> ("\ufeff" + text).getBytes(UTF_8);
      case 3 -> text.replace("Pets", "P\u00e4ts").getBytes(ISO_8859_1);
      case 4 -> text.replace("Pets", "P\u00c0\u0080ts").getBytes(ISO_8859_1); // overlong
      default -> prefixed(new byte[] {0, 0, 0, '{', 0, 0x11, 0, 0}, text.getBytes(UTF_8));
    };
  }

  private static byte[] prefixed(byte[] prefix, byte[] rest) {
    byte[] all = Arrays.copyOf(prefix, prefix.length + rest.length);
    System.arraycopy(rest, 0, all, prefix.length, rest.length);
    return all;
  }

  private byte[] nested(ObjectNode request) {
    int depth = 1 + random.nextInt(random.nextBoolean() ? 100 : 5_000);
    String deep =
        random.nextBoolean()
            ? "[".repeat(depth) + "]".repeat(depth)
            : "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
    List<Place> places = places(request);
    pick(places).set(NODES.textNode("NESTED"));
    return request.toString().replace("\"NESTED\"", deep).getBytes(UTF_8);
  }

  private byte[] repeatedKey(ObjectNode request) {
    String field = pick(List.of("requestId", "labels", "imageid", "deliverTo", "store", "type"));
    return request
        .toString()
        .replaceFirst("\"" + field + "\":", "\"" + field + "\":null,\"" + field + "\":")
        .getBytes(UTF_8);
  }

  private byte[] mutated(ObjectNode request, int changes) {
    List<String> literals = new ArrayList<>();
    for (int i = 0; i < changes; i++) {
      Place place = pick(places(request));
      switch (random.nextInt(8)) {
        case 0 -> place.remove();
        case 1 -> place.set(NODES.nullNode());
        case 2 -> place.set(NODES.booleanNode(true));
        case 3 -> {
          place.set(NODES.textNode("LITERAL" + literals.size() + "!"));
          literals.add(pick(NUMBERS));
        }
        case 4 -> place.set(NODES.arrayNode().add(1));
        case 5 -> place.set(NODES.objectNode().put("a", "b"));
        default -> place.set(NODES.textNode(pick(NAMES)));
      }
    }
    String text = new String(text(request), UTF_8);
    for (int i = 0; i < literals.size(); i++) {
      text = text.replace("\"LITERAL" + i + "!\"", literals.get(i));
    }
    return text.getBytes(UTF_8);
  }

  /** Has another name where a name stands: of a label, an image, a stored image, the request. */
  private ObjectNode renamed(ObjectNode request) {
    String name = pick(NAMES);
    switch (random.nextInt(6)) {
      case 0 -> request.put("requestId", name);
      case 1 -> request.put("projectId", name);
      case 2 -> request.put("name", name);
      case 3 -> {
        ObjectNode labels = request.withObjectProperty("labels");
        labels.set(name, labels.remove("cat"));
      }
      case 4 -> ((ObjectNode) request.at("/labels/cat/3")).put("imageid", name);
      default -> {
        ObjectNode image = (ObjectNode) request.at("/labels/dog/3");
        image.removeAll().put("type", "retrieve");
        image
            .putObject("spec")
            .put("objectid", pick(NAMES))
            .put("projectid", pick(NAMES))
            .put("userid", name)
            .put("classid", "c");
      }
    }
    return request;
  }

  private byte[] huge() {
    return switch (random.nextInt(7)) {
      case 0 -> noise(LARGEST);
      case 1 ->
          ("{\"requestId\":\"huge-" + number + "\",\"x\":\"" + "a".repeat(LARGEST) + "\"}")
              .getBytes(UTF_8);
      case 2 ->
          ("{\"requestId\":\"huge-" + number + "\",\"x\":[" + "1,".repeat(LARGEST / 2) + "1]}")
              .getBytes(UTF_8);
      case 3 -> "[".repeat(LARGEST).getBytes(UTF_8);
      case 4 -> {
        ObjectNode request = request(false);
        ObjectNode labels = request.withObjectProperty("labels");
        for (int i = 0; i < 100; i++) {
          labels.putArray(i + "/" + "x".repeat(40_000));
        }
        yield text(request);
      }
      case 5 -> {
        ObjectNode request = request(false);
        ArrayNode cats = request.withObjectProperty("labels").putArray("cat");
        for (int i = 0; i < 10_000; i++) {
          cats.addObject()
              .put("type", "download")
              .put("imageid", "c" + i)
              .put("url", "http://10.0.0.1/" + "x".repeat(600));
        }
        yield text(request);
      }
      default -> {
        ObjectNode request = request(false);
        ObjectNode labels = request.withObjectProperty("labels");
        for (int i = 0; i < 20_000; i++) {
          labels.putArray("l" + i).addObject().put("type", "x");
        }
        yield text(request);
      }
    };
  }

  private void addHeaders(ProducerRecord<byte[], byte[]> message) {
    switch (random.nextInt(4)) {
      case 0 -> message.headers().add("satchel-offset", "-1".getBytes(UTF_8));
      case 1 -> message.headers().add(wellFormed(pick(NAMES)), null);
      case 2 -> message.headers().add("noise", noise(random.nextInt(10_000)));
      default -> {
        for (int i = 0; i < 1_000; i++) {
          message.headers().add("", new byte[0]);
        }
      }
    }
  }

  /**
   * Of a header's name with half a surrogate pair, Kafka's client makes a record it cannot send.
   */
  private static String wellFormed(String name) {
    return new String(name.getBytes(UTF_8), UTF_8);
  }

  /** Escapes what is no text, such as half a surrogate pair. */
  private static byte[] text(JsonNode json) {
    try {
      return Json.MAPPER.writeValueAsBytes(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] noise(int length) {
    byte[] noise = new byte[length];
    random.nextBytes(noise);
    return noise;
  }

  private <T> T pick(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  /** Every value of a document but the document itself. */
  private static List<Place> places(JsonNode node) {
    List<Place> places = new ArrayList<>();
    collect(node, places);
    return places;
  }

  private static void collect(JsonNode node, List<Place> places) {
    if (node instanceof ObjectNode object) {
      object
          .properties()
          .forEach(
              field -> {
                places.add(new Place(object, field.getKey()));
                collect(field.getValue(), places);
              });
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        places.add(new Place(array, String.valueOf(i)));
        collect(array.get(i), places);
      }
    }
  }

  /** Where a value stands: the object or array and its name or number in it. */
  private record Place(JsonNode parent, String name) {

    void set(JsonNode value) {
      if (parent instanceof ObjectNode object) {
        object.set(name, value);
      } else {
        ((ArrayNode) parent).set(new BigInteger(name).intValue(), value);
      }
    }

    void remove() {
      if (parent instanceof ObjectNode object) {
        object.remove(name);
      } else {
        ((ArrayNode) parent).remove(new BigInteger(name).intValue());
      }
    }
  }
}
