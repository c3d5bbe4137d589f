package io.github.satchel.trainer;

import static io.github.satchel.trainer.HttpCalls.VERSION;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.satchel.trainer.api.Limits;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What callers should not send: each gets an answer, the trainer stays, and nothing is left. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileInputTest {
  private static final String KEY = "a-key-for-class-seven";
  private static final String CREATE = "/v3/classifiers" + VERSION;
  private static final String CLASSIFY = "/v3/classify" + VERSION;
  private static final byte[] SUNS = TestPictures.zip(true, 10, 1);

  private Path directory;
  private Trainer trainer;
  private HttpCalls calls;
  private String ready;

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    directory = temporary;
    trainer =
        Trainer.builder(directory.resolve("trainer"), TinyNetwork.in(directory))
            .withKey("class-7", KEY, 1_000)
            .limits(
                new Limits(
                    10, 100, 2_000_000, 5_000_000, 10_000, 32, 500_000, 4_000_000, 5, 30,
                    1_000_000))
            .start();
    calls = new HttpCalls(trainer.uri(), KEY);
    HttpResponse<String> created = create("house", TestPictures.zip(false, 10, 1));
    assertThat(created.statusCode()).as(created.body()).isEqualTo(200);
    ready = created.body().replaceAll("(?s).*\"classifier_id\":\"([^\"]+)\".*", "$1");
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> calls.get("/v3/classifiers/" + ready + VERSION).body().contains("\"ready\""));
  }

  @AfterAll
  void stop() throws IOException {
    trainer.close();
  }

  /** A call, and the statuses that it may get. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Case(String name, Call call, int... statuses) {
    interface Call {
      HttpResponse<String> make() throws Exception;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private HttpResponse<String> create(String className, byte[] zip) throws Exception {
    Map<String, byte[]> parts = new LinkedHashMap<>();
    parts.put("name", "hostile".getBytes(UTF_8));
    parts.put("sun_positive_examples\"; filename=\"sun.zip", SUNS);
    parts.put(className + "_positive_examples\"; filename=\"x.zip", zip);
    return calls.post(CREATE, HttpCalls.form(parts));
  }

  private Case zip(String name, byte[] zip, int... statuses) {
    return new Case("zip: " + name, () -> create("x", zip), statuses);
  }

  private Case picture(String name, byte[] picture, int... statuses) {
    return new Case(
        "picture: " + name,
        () ->
            calls.post(
                CLASSIFY,
                HttpCalls.form(
                    Map.of(
                        "images_file\"; filename=\"a.png",
                        picture,
                        "classifier_ids",
                        ready.getBytes(UTF_8)))),
        statuses);
  }

  private Case form(String name, String contentType, String body, int... statuses) {
    return new Case(
        "form: " + name,
        () -> calls.post(CREATE, contentType, body.getBytes(ISO_8859_1)),
        statuses);
  }

  private Case path(String path, int... statuses) {
    return new Case("path: " + path, () -> calls.get(path), statuses);
  }

  Stream<Case> cases() throws Exception {
    return Stream.of(zips(), pictures(), forms(), paths()).flatMap(all -> all);
  }

  private static byte[] png(int width, int height) {
    return TestPictures.encoded(
        new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png");
  }

  private static byte[] changed(byte[] original, int at, int... bytes) {
    byte[] copy = original.clone();
    for (int i = 0; i < bytes.length; i++) {
      copy[at + i] = (byte) bytes[i];
    }
    return copy;
  }

  private static byte[] sized(int width, int height) {
    byte[] png = png(40, 40);
    ByteBuffer.wrap(png).putInt(16, width).putInt(20, height);
    var crc = new CRC32();
    crc.update(png, 12, 17);
    ByteBuffer.wrap(png).putInt(29, (int) crc.getValue());
    return png;
  }

  private static Map<String, byte[]> ten(String prefix, String suffix) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    for (int i = 0; i < 10; i++) {
      entries.put(prefix + i + suffix, TestPictures.sun(i));
    }
    return entries;
  }

  private static Map<String, byte[]> with(String name, byte[] content) {
    Map<String, byte[]> entries = ten("a", ".png");
    entries.put(name, content);
    return entries;
  }

  /** Ten pictures, and an entry that unpacks to so many zeros. */
  private static byte[] bomb(int megabytes) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(out)) {
      zip.setLevel(Deflater.BEST_COMPRESSION);
      for (int i = 0; i < 10; i++) {
        zip.putNextEntry(new ZipEntry("a" + i + ".png"));
        zip.write(TestPictures.sun(i));
      }
      zip.putNextEntry(new ZipEntry("bomb.png"));
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < megabytes; i++) {
        zip.write(zeros);
      }
    }
    return out.toByteArray();
  }

  private static int centralDirectory(byte[] zip) {
    return ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN).getInt(zip.length - 6);
  }

  private Stream<Case> zips() throws IOException {
    int directory = centralDirectory(SUNS);
    Map<String, byte[]> many = new LinkedHashMap<>();
    for (int i = 0; i < 3_000; i++) {
      many.put("e" + i, new byte[] {1});
    }
    return Stream.of(
        zip("nothing", new byte[0], 400),
        zip("no zip", "no zip at all".getBytes(UTF_8), 400),
        zip("no entries", TestPictures.zip(Map.of()), 400),
        zip("nine pictures", TestPictures.zip(true, 9, 1), 400),
        zip("only directories", TestPictures.zip(Map.of("d/", new byte[0])), 400),
        zip("thousands of entries", TestPictures.zip(many), 400),
        zip("101 pictures", TestPictures.zip(true, 101, 1), 400),
        zip("larger than a zip may be", new byte[2_000_001], 400),
        zip(
            "names that lead upwards",
            TestPictures.zip(ten("../../../tmp/satchel-slip", ".png")),
            200),
        zip("absolute names", TestPictures.zip(ten("/tmp/satchel-slip", ".png")), 200),
        zip(
            "names that lead upwards on Windows",
            TestPictures.zip(ten("..\\..\\slip", ".png")),
            200),
        zip("names with a zero", TestPictures.zip(ten("a\0b", ".png")), 200, 400),
        zip("names with tags", TestPictures.zip(ten("<script>alert(1)</script>", ".png")), 200),
        zip("names with line breaks", TestPictures.zip(ten("a\r\nX: y", ".png")), 200),
        zip("very long names", TestPictures.zip(ten("n".repeat(60_000), ".png")), 200, 400),
        zip("a bomb of 100 MB", bomb(100), 400),
        zip("a zip in a zip", TestPictures.zip(with("z.zip", SUNS)), 400),
        zip("a text", TestPictures.zip(with("readme.txt", "hello".getBytes(UTF_8))), 400),
        zip("an empty entry", TestPictures.zip(with("e.png", new byte[0])), 400),
        zip("a picture of one pixel", TestPictures.zip(with("one.png", png(1, 1))), 400),
        zip(
            "a picture of 10,000 x 10,000",
            TestPictures.zip(with("l.png", sized(10_000, 10_000))),
            400),
        zip("half of it", Arrays.copyOf(SUNS, SUNS.length / 2), 400),
        zip("without its end", Arrays.copyOf(SUNS, SUNS.length - 22), 400),
        zip("a comment that is not there", changed(SUNS, SUNS.length - 1, 190), 400),
        zip("bytes before it", concat(new byte[1_000], SUNS), 200, 400),
        zip("bytes behind it", concat(SUNS, new byte[1_000]), 200, 400),
        zip("another checksum", changed(SUNS, directory + 16, 1, 2, 3, 4), 200, 400),
        zip("a size that lies", changed(SUNS, directory + 24, 255, 255, 255, 127), 200, 400),
        zip(
            "a compressed size that lies",
            changed(SUNS, directory + 20, 255, 255, 255, 127),
            200,
            400),
        zip("an offset beyond the end", changed(SUNS, directory + 42, 255, 255, 255, 127), 400),
        zip("a negative offset", changed(SUNS, directory + 42, 255, 255, 255, 255), 400),
        zip("an unknown method", changed(SUNS, directory + 10, 99, 0), 400),
        zip("encrypted entries", changed(SUNS, directory + 8, 1, 0), 200, 400),
        zip(
            "a directory that begins nowhere",
            changed(SUNS, SUNS.length - 6, 255, 255, 255, 127),
            400),
        zip("two entries of one name", renamed(SUNS, "sun-2.png", "sun-1.png"), 400),
        zip("a strip of 40,000 x 32", TestPictures.zip(with("strip.png", png(40_000, 32))), 200),
        zip(
            "a picture that is a zip, too",
            TestPictures.zip(with("both.png", concat(TestPictures.sun(1), SUNS))),
            200),
        zip("a GIF", TestPictures.zip(with("a.gif", encoded("gif"))), 400),
        zip("more entries than it says", changed(SUNS, SUNS.length - 12, 1, 0), 200, 400),
        zip("fewer entries than it says", changed(SUNS, SUNS.length - 12, 255, 255), 200, 400));
  }

  /** The same zip with another name of the same length. */
  private static byte[] renamed(byte[] zip, String from, String to) {
    return new String(zip, ISO_8859_1).replace(from, to).getBytes(ISO_8859_1);
  }

  private static byte[] encoded(String format) {
    return TestPictures.encoded(new BufferedImage(64, 64, BufferedImage.TYPE_BYTE_INDEXED), format);
  }

  /** A PNG with a chunk of compressed zeros behind its header. */
  private static byte[] png(String chunk, String keyword, int megabytes) {
    byte[] png = png(64, 64);
    int headerEnd = 33;
    var data = new ByteArrayOutputStream();
    data.writeBytes(chunk.getBytes(ISO_8859_1));
    data.writeBytes(keyword.getBytes(ISO_8859_1));
    data.writeBytes(new byte[2]);
    try (var deflated = new DeflaterOutputStream(data)) {
      for (int i = 0; i < megabytes; i++) {
        deflated.write(new byte[1 << 20]);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var crc = new CRC32();
    crc.update(data.toByteArray());
    ByteBuffer whole = ByteBuffer.allocate(png.length + data.size() + 8);
    whole.put(png, 0, headerEnd);
    whole.putInt(data.size() - 4).put(data.toByteArray()).putInt((int) crc.getValue());
    whole.put(png, headerEnd, png.length - headerEnd);
    return whole.array();
  }

  private static byte[] concat(byte[] one, byte[] other) {
    byte[] both = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }

  private Stream<Case> pictures() throws IOException {
    byte[] sun = TestPictures.sun(1);
    byte[] jpeg =
        TestPictures.encoded(new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB), "jpg");
    return Stream.of(
        picture("nothing", new byte[0], 400),
        picture("text", "hello".getBytes(UTF_8), 400),
        picture("HTML", "<!DOCTYPE html><p>Log in".getBytes(UTF_8), 400),
        picture("SVG", "<svg xmlns='http://www.w3.org/2000/svg'/>".getBytes(UTF_8), 400),
        picture(
            "GIF",
            TestPictures.encoded(new BufferedImage(64, 64, BufferedImage.TYPE_BYTE_INDEXED), "gif"),
            400),
        picture(
            "BMP",
            TestPictures.encoded(new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB), "bmp"),
            400),
        picture("31 x 40", png(31, 40), 400),
        picture("a lie: 60,000 x 60,000", sized(60_000, 60_000), 400),
        picture("a lie: 0 x 0", sized(0, 0), 400),
        picture("a lie: -1 x -1", sized(-1, -1), 400),
        picture("a lie: 1,000 x 1,000", sized(1_000, 1_000), 200, 400),
        picture("a zip whose comment is not there", changed(SUNS, SUNS.length - 1, 190), 400),
        picture("half a PNG", Arrays.copyOf(sun, sun.length / 2), 200, 400),
        picture("half a JPEG", Arrays.copyOf(jpeg, jpeg.length / 2), 200, 400),
        picture("the signature of a PNG", Arrays.copyOf(sun, 8), 400),
        picture("the signature of a JPEG", Arrays.copyOf(jpeg, 3), 400),
        picture("noise in a PNG", changed(sun, 60, 1, 2, 3, 4, 5, 6, 7, 8), 200, 400),
        picture("noise in a JPEG", changed(jpeg, 25, 1, 2, 3, 4, 5, 6, 7, 8), 200, 400),
        picture("a JPEG of zero lines", changed(jpeg, indexOf(jpeg, 0xC0) + 4, 0, 0), 200, 400),
        picture("larger than an image may be", new byte[500_001], 413),
        picture("TIFF", encoded("tiff"), 400),
        picture("a text of 100 MB in a PNG", png("zTXt", "Comment", 100), 200, 400),
        picture("a colour profile of 100 MB in a PNG", png("iCCP", "sRGB", 100), 200, 400),
        picture("a PNG that is a zip, too", concat(sun, SUNS), 200),
        picture("a JPEG behind a PNG", concat(sun, jpeg), 200),
        picture("two JPEGs", concat(jpeg, jpeg), 200, 400),
        picture(
            "a zip of one that lies",
            TestPictures.zip(Map.of("a.png", sized(60_000, 60_000))),
            400),
        picture("a zip of six", TestPictures.zip(true, 6, 1), 400),
        picture("a zip of five", TestPictures.zip(true, 5, 1), 200),
        picture("a zip of texts", TestPictures.zip(Map.of("a", "b".getBytes(UTF_8))), 400),
        picture("a broken zip", "PK and more".getBytes(UTF_8), 400),
        picture("a bomb", bomb(100), 400));
  }

  private static int indexOf(byte[] jpeg, int marker) {
    for (int i = 0; i < jpeg.length - 1; i++) {
      if ((jpeg[i] & 0xff) == 0xff && (jpeg[i + 1] & 0xff) == marker) {
        return i + 1;
      }
    }
    throw new IllegalArgumentException();
  }

  private Stream<Case> forms() {
    String multipart = "multipart/form-data; boundary=b";
    String part = "--b\r\nContent-Disposition: form-data; name=\"";
    return Stream.of(
        form("no form", "text/plain", "hello", 400),
        form("no boundary", "multipart/form-data", "hello", 400),
        form("an empty body", multipart, "", 400),
        form("no end", multipart, part + "name\"\r\n\r\nhello", 400),
        form("another boundary", multipart, "--c\r\n\r\n--c--", 400),
        form(
            "a boundary of 10,000",
            "multipart/form-data; boundary=" + "b".repeat(10_000),
            "x",
            400,
            431),
        form(
            "a part without a name",
            multipart,
            "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n",
            400),
        form(
            "a header of 100,000",
            multipart,
            part + "n\"\r\nX: " + "x".repeat(100_000) + "\r\n\r\ny\r\n--b--\r\n",
            400),
        form(
            "2,000 parts", multipart, (part + "n\"\r\n\r\nx\r\n").repeat(2_000) + "--b--\r\n", 400),
        form("headers without end", multipart, "--b\r\n" + "A: b\r\n".repeat(5_000), 400),
        form("zeros", multipart, "\0".repeat(5_000), 400),
        form(
            "larger than a call may be",
            multipart,
            part + "n\"\r\n\r\n" + "x".repeat(5_000_001),
            413),
        new Case("form: a class that has a slash", () -> create("a/b", SUNS), 400),
        new Case("form: a class that has no name", () -> create("", SUNS), 400),
        new Case("form: the same class twice", () -> create("sun", SUNS), 200, 400),
        new Case(
            "form: no parameters at all",
            () -> calls.post(CLASSIFY, HttpCalls.form(Map.of("x", new byte[1]))),
            400),
        new Case(
            "form: parameters that are no JSON",
            () -> calls.post(CLASSIFY, HttpCalls.form(Map.of("parameters", "{".getBytes(UTF_8)))),
            400),
        new Case(
            "form: parameters nested deeply",
            () ->
                calls.post(
                    CLASSIFY,
                    HttpCalls.form(Map.of("parameters", "[".repeat(100_000).getBytes(UTF_8)))),
            400),
        new Case(
            "form: a threshold that is no number",
            () -> calls.post(CLASSIFY, HttpCalls.form(Map.of("threshold", "much".getBytes(UTF_8)))),
            400));
  }

  private Stream<Case> paths() {
    return Stream.of(
        path("/v3/classifiers", 400),
        path("/v3/classifiers?version=now", 400),
        path("/v3/classifiers/" + "x".repeat(3_000) + VERSION, 404),
        path("/v3/classifiers/%2e%2e%2f%2e%2e%2fkeys.json" + VERSION, 404),
        path("/v3/classifiers/%00" + VERSION, 400, 404),
        path("/v3/classifiers/%ff%fe" + VERSION, 400, 404),
        path("/classifier/..%2f..%2fkeys.json", 404),
        path("/thumbnail/nobody/..%2f..%2f..%2fkeys.json", 404),
        path("/classifier/a/b/c/d", 404),
        path("/keys.json", 404),
        path("/v3/classify" + VERSION, 400),
        path("/v3/classify" + VERSION + "&classifier_ids=x&url=file:///etc/passwd", 404),
        new Case("method: OPTIONS", () -> calls.method("OPTIONS", CREATE), 405),
        new Case("method: PUT", () -> calls.method("PUT", CLASSIFY), 405),
        new Case("method: DELETE of all", () -> calls.method("DELETE", CREATE), 404, 405));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void hostileInputIsAnsweredAndTheTrainerStays(Case hostile) throws Exception {
    HttpResponse<String> answer = hostile.call().make();
    assertThat(answer.statusCode())
        .as(answer.body())
        .isIn(Arrays.stream(hostile.statuses()).boxed().toList());
    assertThat(calls.get("/v3/classifiers" + VERSION).statusCode()).isEqualTo(200);
    assertThat(Path.of("/tmp/satchel-slip0.png")).doesNotExist();
    try (Stream<Path> left = Files.list(directory.resolve("trainer").resolve("incoming"))) {
      assertThat(left).isEmpty();
    }
  }
}
