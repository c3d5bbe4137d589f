package io.github.satchel.trainer.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.http.MultiPartFormData;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

/** Calls to classify, with the sentences that the site looks for. */
final class Classification {
  private static final String INVALID =
      "Invalid/corrupted image data. Supported image file formats are GIF, JPEG, PNG, and TIFF. "
          + "Supported compression format is ZIP.";
  private static final String NO_IMAGES = "No images were specified.";
  private static final double DEFAULT_THRESHOLD = 0.5;
  private static final String INPUT_ERROR = "input_error";

  private final Limits limits;
  private final Classifiers classifiers;
  private final ImageFetcher fetcher;
  private final Semaphore memory;
  private final ObjectMapper mapper = new ObjectMapper();

  /**
   * Classifies images.
   *
   * @param memory a permit for each image that may be in memory
   */
  Classification(Limits limits, Classifiers classifiers, ImageFetcher fetcher, Semaphore memory) {
    this.limits = limits;
    this.classifiers = classifiers;
    this.fetcher = fetcher;
    this.memory = memory;
  }

  /**
   * What a caller wants to know.
   *
   * @param threshold the least confidence of a class that is told
   */
  record Call(
      List<Image> images, @Nullable String address, List<String> classifierIds, double threshold) {}

  /** An image as it came; mostly it lies on disk. */
  record Image(@Nullable String name, Content content) {
    interface Content {
      byte[] read() throws IOException;
    }
  }

  /** Reads a form; an image, or a zip of some, which have to stay where they are until the end. */
  Call read(MultiPartFormData.Parts parts, Path directory) throws IOException, Refusal {
    List<Image> images = new ArrayList<>();
    var parameters = new Parameters();
    for (MultiPart.Part part : parts) {
      String field = Objects.requireNonNullElse(part.getName(), "");
      switch (field) {
        case "images_file" -> images.addAll(images(part, directory));
        case "parameters" -> parameters.read(json(text(part)));
        case "url" -> parameters.address = text(part);
        case "classifier_ids" -> parameters.add(text(part));
        case "threshold" -> parameters.threshold = threshold(text(part));
        default -> {}
      }
    }
    return new Call(images, parameters.address, parameters.ids, parameters.threshold);
  }

  /** A call with everything in its query. */
  Answer ofAddress(Key key, Fields query) throws IOException, InterruptedException, Refusal {
    var parameters = new Parameters();
    parameters.address = query.getValue("url");
    List<String> ids = query.getValues("classifier_ids");
    if (ids != null) {
      ids.forEach(parameters::add);
    }
    String threshold = query.getValue("threshold");
    if (threshold != null) {
      parameters.threshold = threshold(threshold);
    }
    return of(key, new Call(List.of(), parameters.address, parameters.ids, parameters.threshold));
  }

  /** What becomes of a call. */
  Answer of(Key key, Call call) throws IOException, InterruptedException, Refusal {
    if (call.images().isEmpty() && call.address() == null) {
      throw new Refusal(Answer.inputError(NO_IMAGES));
    }
    List<Classifier> ready = ready(key, call.classifierIds());
    if (ready.isEmpty()) {
      throw new Refusal(
          Answer.notClassified(
              404,
              INPUT_ERROR,
              call.classifierIds().isEmpty()
                  ? "No classifiers found"
                  : "None of the requested classifier ids were found: "
                      + String.join(",", call.classifierIds())));
    }
    List<Image> images = new ArrayList<>(call.images());
    if (call.address() != null) {
      byte[] content = fetch(call.address());
      images.add(new Image(null, () -> content));
    }
    ObjectNode body = Answer.object();
    ArrayNode results = body.putArray("images");
    boolean single = images.size() == 1;
    for (Image image : images) {
      ObjectNode result = inMemory(key, image, ready, call.threshold());
      if (image.name() != null) {
        result.put("image", image.name());
      } else {
        result.put("source_url", call.address()).put("resolved_url", call.address());
      }
      results.add(result);
      if (single && result.has("error")) {
        return Answer.json(result.path("error").path("code").asInt(), body);
      }
    }
    body.put("images_processed", images.size());
    body.put("custom_classes", ready.stream().mapToInt(one -> one.classes().size()).sum());
    return Answer.json(200, body);
  }

  private List<Classifier> ready(Key key, List<String> ids) {
    return classifiers.list(key).stream()
        .filter(one -> ids.contains(one.id()))
        .filter(one -> one.status().equals("ready"))
        .toList();
  }

  private ObjectNode inMemory(Key key, Image image, List<Classifier> ready, double threshold)
      throws IOException, InterruptedException, Refusal {
    memory.acquire();
    try {
      return result(key, image, ready, threshold);
    } finally {
      memory.release();
    }
  }

  private ObjectNode result(Key key, Image image, List<Classifier> ready, double threshold)
      throws IOException, InterruptedException, Refusal {
    byte[] content;
    ImageHeader header;
    try {
      content = image.content().read();
      header = ImageHeader.read(content);
    } catch (IOException e) {
      return Answer.imageError(400, INPUT_ERROR, INVALID);
    }
    if (header.width() < limits.minSide() || header.height() < limits.minSide()) {
      return Answer.imageError(
          400,
          INPUT_ERROR,
          "Image resolution is smaller than the minimum limit of "
              + limits.minSide()
              + " x "
              + limits.minSide()
              + " pixels");
    }
    if (header.pixels() > limits.maxPixels()) {
      return Answer.imageError(
          400, INPUT_ERROR, "Image has more than " + limits.maxPixels() + " pixels");
    }
    ObjectNode result = Answer.object();
    ArrayNode all = result.putArray("classifiers");
    for (Classifier classifier : ready) {
      List<Classifiers.Score> scores;
      try {
        scores = classifiers.classify(key, classifier.id(), content);
      } catch (Refusal refusal) {
        if (refusal.answer().status() != 400) {
          throw refusal;
        }
        return Answer.imageError(400, INPUT_ERROR, INVALID);
      }
      ArrayNode classes =
          all.addObject()
              .put("classifier_id", classifier.id())
              .put("name", classifier.name())
              .putArray("classes");
      scores.stream()
          .filter(score -> score.confidence() >= threshold)
          .sorted(Comparator.comparing(Classifiers.Score::confidence).reversed())
          .forEach(
              score ->
                  classes
                      .addObject()
                      .put("class", score.className())
                      .put("score", Math.round(score.confidence() * 1000) / 1000.0));
    }
    return result;
  }

  private byte[] fetch(String address) throws IOException, InterruptedException, Refusal {
    try {
      return fetcher.fetch(address, limits.maxImageBytes());
    } catch (ImageFetcher.FetchException e) {
      throw new Refusal(
          Answer.notClassified(
              400, INPUT_ERROR, "URL Fetcher error: Could not fetch URL: " + e.getMessage()));
    }
  }

  private List<Image> images(MultiPart.Part part, Path directory) throws IOException, Refusal {
    String name = part.getFileName() == null ? "image" : part.getFileName();
    if (part.getLength() > limits.maxZipBytes()) {
      throw new Refusal(Answer.TOO_LARGE);
    }
    Path file = directory.resolve("images-" + UUID.randomUUID());
    part.writeTo(file);
    if (isZip(file)) {
      return unzipped(file);
    }
    if (Files.size(file) > limits.maxImageBytes()) {
      throw new Refusal(Answer.TOO_LARGE);
    }
    return List.of(new Image(name, () -> Files.readAllBytes(file)));
  }

  private static boolean isZip(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(2), new byte[] {'P', 'K'});
    }
  }

  private List<Image> unzipped(Path zip) throws IOException, Refusal {
    List<Image> images = new ArrayList<>();
    try (var file = new ZipFile(zip.toFile())) {
      for (Enumeration<? extends ZipEntry> all = file.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        if (entry.isDirectory()) {
          continue;
        }
        if (images.size() == limits.maxClassified()) {
          throw new Refusal(
              Answer.inputError(
                  "At most " + limits.maxClassified() + " images are classified at once"));
        }
        images.add(new Image(entry.getName(), () -> unzipped(zip, entry)));
      }
    } catch (ZipException | EOFException | IllegalArgumentException e) {
      // EOFException: a comment that is not there; IllegalArgumentException: a name that is not
      // UTF-8
      throw new Refusal(Answer.notClassified(400, INPUT_ERROR, INVALID));
    }
    return images;
  }

  private byte[] unzipped(Path zip, ZipEntry entry) throws IOException {
    try (var file = new ZipFile(zip.toFile())) {
      return ZipCheck.read(file, entry, limits.maxImageBytes());
    }
  }

  private JsonNode json(String text) throws Refusal {
    try {
      return mapper.readTree(text);
    } catch (JsonProcessingException e) {
      throw new Refusal(Answer.inputError("The part parameters is not JSON"));
    }
  }

  private static String text(MultiPart.Part part) {
    return part.getContentAsString(StandardCharsets.UTF_8);
  }

  private static double threshold(String text) throws Refusal {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new Refusal(Answer.inputError("Invalid threshold: " + text));
    }
  }

  /** Gathers what comes in one part or several. Owners are not asked for: a key has its own. */
  private static final class Parameters {
    private final List<String> ids = new ArrayList<>();
    private @Nullable String address;
    private double threshold = DEFAULT_THRESHOLD;

    void read(JsonNode json) {
      json.path("classifier_ids").forEach(id -> ids.add(id.asText()));
      if (json.hasNonNull("url")) {
        address = json.path("url").asText();
      }
      threshold = json.path("threshold").asDouble(threshold);
    }

    void add(String list) {
      Stream.of(list.split(",", -1))
          .map(String::strip)
          .filter(id -> !id.isEmpty())
          .forEach(ids::add);
    }
  }
}
