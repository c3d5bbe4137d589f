package io.github.satchel.cli;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import io.github.satchel.contract.Json;
import io.github.satchel.contract.ParsedRequest;
import io.github.satchel.contract.RequestParser;
import io.github.satchel.contract.TrainingRequest;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The file that a request is made of, with the options of commands that read one: JSON stays as it
 * is; a directory or a CSV file becomes JSON of the contract, and the options say what else the
 * request says.
 */
final class RequestFile {

  /** Only the job knows which endpoints are configured. */
  static final RequestParser PARSER = new RequestParser(endpoint -> true);

  private static final Path STANDARD_INPUT = Path.of("-");

  @Option(
      names = "--base-url",
      paramLabel = "URL",
      description =
          "For a directory: its address on the web. Pictures are fetched from URL/LABEL/PICTURE.")
  private @Nullable String baseUrl;

  @Option(
      names = "--project",
      paramLabel = "ID",
      description = "The projectId. Default: the name of the directory or file.")
  private @Nullable String project;

  @Option(names = "--name", description = "The project's display name. Default: the projectId.")
  private @Nullable String name;

  @Option(
      names = "--credentials",
      split = ",",
      paramLabel = "NAME",
      description =
          "Credentials to try, in this order. Without any, the archives stay in the store.")
  private List<String> credentials = List.of();

  /**
   * Reads the message.
   *
   * @param file JSON; or {@code -}, JSON from standard input; or a directory that holds a directory
   *     of pictures for each label; or, if so named, CSV with the columns label, url and, if
   *     wanted, imageid
   * @throws IOException if it cannot be read, in a sentence
   */
  byte[] read(Path file) throws IOException {
    if (file.equals(STANDARD_INPUT)) {
      return System.in.readAllBytes();
    }
    try {
      if (Files.isDirectory(file)) {
        return write(ofDirectory(file));
      }
      return name(file).toLowerCase(Locale.ROOT).endsWith(".csv")
          ? write(ofCsv(file))
          : Files.readAllBytes(file);
    } catch (IOException | DirectoryIteratorException e) {
      throw new IOException(
          "Cannot read "
              + file
              + " ("
              + (e instanceof NoSuchFileException ? "no such file" : e.getMessage())
              + "); expected a request in JSON, a directory with a directory of"
              + " pictures for each label, or a .csv file of label,url lines",
          e);
    }
  }

  /**
   * The request of a message that is valid.
   *
   * @throws IOException if it is a cancel or a forget
   */
  static TrainingRequest request(ParsedRequest parsed) throws IOException {
    if (parsed instanceof ParsedRequest.Valid valid) {
      return valid.request();
    }
    throw new IOException(
        "This message is no request; ./satchel cancel and ./satchel forget write such messages");
  }

  private static byte[] write(ObjectNode request) throws IOException {
    return Json.MAPPER.writeValueAsBytes(request);
  }

  private ObjectNode ofDirectory(Path directory) throws IOException {
    String base = baseUrl;
    if (base == null) {
      throw new IOException("a directory needs --base-url, the address of its pictures on the web");
    }
    ObjectNode request = draft(directory);
    ObjectNode labels = request.putObject("labels");
    for (Path label : list(directory)) {
      if (Files.isDirectory(label)) {
        ArrayNode images = labels.putArray(name(label));
        for (Path picture : list(label)) {
          download(
              images,
              name(label) + "-" + name(picture),
              base.replaceAll("/+$", "") + "/" + encode(name(label)) + "/" + encode(name(picture)));
        }
      }
    }
    return request;
  }

  private static List<Path> list(Path directory) throws IOException {
    List<Path> paths = new ArrayList<>();
    try (DirectoryStream<Path> stream =
        Files.newDirectoryStream(directory, path -> !Files.isHidden(path))) {
      stream.forEach(paths::add);
    }
    paths.sort(null);
    return paths;
  }

  private ObjectNode ofCsv(Path file) throws IOException {
    ObjectNode request = draft(file);
    ObjectNode labels = request.putObject("labels");
    try (MappingIterator<String[]> rows =
        new CsvMapper()
            .readerFor(String[].class)
            .with(CsvParser.Feature.WRAP_AS_ARRAY)
            .with(CsvParser.Feature.TRIM_SPACES)
            .with(CsvParser.Feature.SKIP_EMPTY_LINES)
            .readValues(file.toFile())) {
      while (rows.hasNextValue()) {
        String[] row = rows.nextValue();
        if (row.length < 2) {
          throw new IOException("a line without label and url: " + String.join(",", row));
        }
        if (row[0].equals("label") && row[1].equals("url")) {
          continue; // the heading
        }
        ArrayNode images = labels.withArrayProperty(row[0]);
        download(images, row.length > 2 ? row[2] : row[0] + "-" + (images.size() + 1), row[1]);
      }
    }
    return request;
  }

  private ObjectNode draft(Path file) {
    String base = name(file.toAbsolutePath().normalize()).replaceAll("\\.[^.]*$", "");
    String projectId = project == null ? base : project;
    ObjectNode request =
        Json.MAPPER
            .createObjectNode()
            .put("requestId", UUID.randomUUID().toString())
            .put("projectId", projectId)
            .put("name", name == null ? projectId : name);
    ObjectNode deliverTo = request.putObject("deliverTo");
    if (credentials.isEmpty()) {
      deliverTo.putObject("store");
    } else {
      ArrayNode names = deliverTo.putObject("watson").putArray("credentials");
      credentials.forEach(names::add);
    }
    return request;
  }

  private static void download(ArrayNode images, String imageid, String url) {
    images.addObject().put("type", "download").put("imageid", imageid).put("url", url);
  }

  private static String encode(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }
}
