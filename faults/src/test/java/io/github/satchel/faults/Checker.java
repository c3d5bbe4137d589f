package io.github.satchel.faults;

import static java.util.stream.Collectors.groupingBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.satchel.faults.History.Aftermath;
import io.github.satchel.faults.History.Create;
import io.github.satchel.faults.History.Letter;
import io.github.satchel.faults.History.Sent;
import io.github.satchel.faults.History.Share;
import io.github.satchel.faults.History.Told;
import io.github.satchel.faults.History.Zip;
import io.github.satchel.faults.Verdict.Violation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Judges a history after the fact, as Jepsen does: everything that went in and everything that came
 * out is known, and nothing else is asked.
 */
final class Checker {

  /** What a request can end as, {@code rejected} aside, which answers a message. */
  private static final Set<String> SERVED = Set.of("uploaded", "stored", "failed");

  private static final String REJECTED = "rejected";

  /** Codes of requests that end before all their images do. */
  private static final Set<String> CUT_SHORT =
      Set.of("deadline", "superseded", "label-too-few-images");

  /** Characters from which on an event may list less failures than there are. */
  private static final int TRIMMED_LENGTH = 1_000_000;

  /** Bytes by which an idle vertex's state may differ between two savepoints. */
  private static final long STATE_TOLERANCE = 2_048;

  private final History history;
  private final Map<String, List<Told>> told;
  private final Map<String, List<Letter>> letters;
  private final Map<String, List<Create>> creates = new HashMap<>();
  private final Map<String, Map<String, Zip>> files = new TreeMap<>();
  private final Map<String, Set<JsonNode>> endings = new HashMap<>();
  private final List<Violation> violations = new ArrayList<>();
  private int setbacks;

  private Checker(History history) {
    this.history = history;
    told = history.told().stream().collect(groupingBy(Told::requestId));
    letters = history.letters().stream().collect(groupingBy(Letter::place));
  }

  /** Holds a history against every {@link Rule}. */
  static Verdict judge(History history) {
    return new Checker(history).judge();
  }

  private Verdict judge() {
    Map<String, List<Sent>> requests = new LinkedHashMap<>();
    for (Sent message : history.sent()) {
      if (message.requestId() != null) {
        requests.computeIfAbsent(message.requestId(), id -> new ArrayList<>()).add(message);
      }
    }
    assignCreates(requests.keySet());
    history
        .files()
        .forEach(
            (path, file) ->
                files
                    .computeIfAbsent(path.split("/", 2)[0], id -> new TreeMap<>())
                    .put(path, file));
    Map<String, Integer> outcomes = new TreeMap<>();
    int repeats = 0;
    for (Map.Entry<String, List<Sent>> request : requests.entrySet()) {
      String id = request.getKey();
      repeats += judgeOutcomes(id, request.getValue());
      for (JsonNode ending : endings.getOrDefault(id, Set.of())) {
        String code = ending.at("/error/code").asText();
        String type = ending.path("type").asText();
        outcomes.merge(code.isEmpty() ? type : type + " " + code, 1, Integer::sum);
      }
    }
    history.sent().forEach(this::judgeMessage);
    requests.forEach((id, messages) -> judgeServed(id, messages));
    told.forEach(this::judgeOrder);
    told.keySet().stream()
        .filter(id -> !requests.containsKey(id))
        .forEach(id -> violated(Rule.NO_INVENTION, id, "is told of and was never sent"));
    files.keySet().stream()
        .filter(id -> !requests.containsKey(id))
        .forEach(id -> violated(Rule.NOTHING_LEFT, id, "no request has this directory"));
    Set<String> places = new HashSet<>();
    history.sent().forEach(message -> places.add(message.place()));
    letters.keySet().stream()
        .filter(place -> !places.contains(place))
        .forEach(
            place -> violated(Rule.NO_OTHER_DEAD_LETTER, place, "no message stood where it says"));
    judgeAftermath();
    return new Verdict(
        history.sent().size(), outcomes, letters.size(), violations, setbacks, repeats);
  }

  /** Classifiers are called {@code <project>_<requestId>}. */
  private void assignCreates(Set<String> ids) {
    for (Create create : history.creates()) {
      Optional<String> owner = Optional.empty();
      for (int at = create.name().indexOf('_');
          at >= 0 && owner.isEmpty();
          at = create.name().indexOf('_', at + 1)) {
        owner = Optional.of(create.name().substring(at + 1)).filter(ids::contains);
      }
      if (owner.isPresent()) {
        creates.computeIfAbsent(owner.get(), id -> new ArrayList<>()).add(create);
      } else {
        violated(Rule.NO_INVENTION, create.name(), "a classifier that no request asked for");
      }
    }
  }

  /** Finds the outcomes of a request, and says how many were told again. */
  private int judgeOutcomes(String id, List<Sent> messages) {
    Set<JsonNode> served = new LinkedHashSet<>();
    Set<JsonNode> rejected = new LinkedHashSet<>();
    int deliveries = 0;
    for (Told each : told.getOrDefault(id, List.of())) {
      if (SERVED.contains(each.type())) {
        served.add(each.event());
        deliveries++;
      } else if (each.type().equals(REJECTED)) {
        rejected.add(each.event());
      }
    }
    if (served.size() > 1) {
      violated(Rule.ONE_OUTCOME, id, "ended in " + served.size() + " ways: " + types(served));
    }
    long setAside = messages.stream().filter(this::isSetAside).count();
    if (rejected.size() > setAside) {
      violated(
          Rule.ONE_OUTCOME, id, rejected.size() + " rejections of " + setAside + " bad messages");
    }
    Set<JsonNode> all = new LinkedHashSet<>(served);
    all.addAll(rejected);
    endings.put(id, all);
    return Math.max(0, deliveries - served.size());
  }

  private static List<String> types(Set<JsonNode> events) {
    return events.stream().map(event -> event.path("type").asText()).toList();
  }

  private boolean isSetAside(Sent message) {
    return letters.containsKey(message.place());
  }

  private void judgeMessage(Sent message) {
    String about = message.requestId() == null ? message.place() : message.requestId();
    if (isSetAside(message)) {
      for (Letter letter : Objects.requireNonNull(letters.get(message.place()))) {
        if (letter.digest() != null && !letter.digest().equals(message.digest())) {
          violated(Rule.DEAD_LETTERS_COMPLETE, about, "the letter is not the message");
        }
      }
      if (message.requestId() != null && !hasEnding(message.requestId(), REJECTED)) {
        violated(Rule.DEAD_LETTERS_COMPLETE, about, "set aside, and its sender was not told");
      }
    } else if (message.requestId() == null || message.request() == null) {
      violated(Rule.ENDS, about, "no request, and no dead letter of it");
    } else if (SERVED.stream().noneMatch(type -> hasEnding(message.requestId(), type))) {
      violated(
          Rule.ENDS,
          about,
          "no outcome; told were "
              + told.getOrDefault(about, List.of()).stream().map(Told::type).toList());
    }
  }

  private boolean hasEnding(String id, String type) {
    return endings.getOrDefault(id, Set.of()).stream()
        .anyMatch(event -> event.path("type").asText().equals(type));
  }

  /** Holds what was done for a request against what it asked for. */
  private void judgeServed(String id, List<Sent> messages) {
    List<JsonNode> valid =
        messages.stream()
            .filter(message -> !isSetAside(message))
            .map(Sent::request)
            .filter(Objects::nonNull)
            .distinct()
            .toList();
    JsonNode ending =
        endings.getOrDefault(id, Set.of()).stream()
            .filter(event -> SERVED.contains(event.path("type").asText()))
            .findFirst()
            .orElse(null);
    if (ending != null && valid.isEmpty()) {
      violated(Rule.NO_OTHER_DEAD_LETTER, id, "was served, and set aside too");
    }
    List<Create> made = creates.getOrDefault(id, List.of());
    Map<String, Zip> left = files.getOrDefault(id, Map.of());
    if (ending != null && valid.size() == 1) {
      judgeImages(id, valid.get(0), ending);
    }
    String type = ending == null ? "" : ending.path("type").asText();
    if (type.equals("uploaded")) {
      String named = Objects.requireNonNull(ending).at("/classifier/id").asText();
      if (made.size() != 1) {
        violated(Rule.ONE_CLASSIFIER, id, made.size() + " were created");
      } else if (!made.get(0).classifierId().equals(named)) {
        violated(Rule.ONE_CLASSIFIER, id, "its event names " + named + ", another one was created");
      } else if (valid.size() == 1) {
        judgeArchives(id, valid.get(0), ending, made.get(0).examples());
      }
    } else if (!made.isEmpty()) {
      violated(
          Rule.NO_OTHER_CLASSIFIER, id, made.size() + " created for what ended as '" + type + "'");
    }
    judgeLeft(id, type, left);
    if (type.equals("stored") && valid.size() == 1) {
      Map<String, Zip> archives = new HashMap<>();
      left.forEach(
          (path, zip) -> archives.put(path.substring(id.length() + 1).replace(".zip", ""), zip));
      archives.keySet().removeIf(name -> name.endsWith(".json"));
      judgeArchives(id, valid.get(0), Objects.requireNonNull(ending), archives);
    }
  }

  private void judgeImages(String id, JsonNode request, JsonNode ending) {
    int asked = 0;
    for (JsonNode label : request.path("labels")) {
      asked += label.size();
    }
    JsonNode images = ending.path("images");
    int total = images.path("total").asInt();
    int counted = images.path("done").asInt() + images.path("failed").asInt();
    if (total != asked) {
      violated(Rule.IMAGES_COUNTED, id, "of " + asked + " images its outcome knows " + total);
    }
    String code = ending.at("/error/code").asText();
    boolean whole = !CUT_SHORT.contains(code);
    if (counted > total || (whole && counted < total)) {
      violated(Rule.IMAGES_COUNTED, id, counted + " of " + total + " are counted, as " + code);
    }
    int listed = failingIds(ending).size();
    int failed = images.path("failed").asInt();
    if (whole && listed != failed && ending.toString().length() < TRIMMED_LENGTH) {
      violated(Rule.IMAGES_COUNTED, id, failed + " failed, " + listed + " are listed");
    }
  }

  private void judgeArchives(
      String id, JsonNode request, JsonNode ending, Map<String, Zip> archives) {
    Set<String> failing = failingIds(ending);
    Map<String, List<String>> expected = new TreeMap<>();
    request
        .path("labels")
        .properties()
        .forEach(
            label -> {
              if (!label.getValue().isEmpty()) {
                List<String> ids = new ArrayList<>();
                label.getValue().forEach(image -> ids.add(imageId(image)));
                ids.removeAll(failing);
                expected.put(label.getKey(), ids);
              }
            });
    Map<String, List<String>> actual = new TreeMap<>();
    archives.forEach(
        (label, zip) ->
            actual.put(label, zip.entries().stream().map(Checker::withoutExtension).toList()));
    if (!actual.equals(expected)) {
      violated(
          Rule.ARCHIVE_IS_THE_REQUEST, id, "archives hold " + actual + " instead of " + expected);
    }
    for (JsonNode archive : ending.path("archives")) {
      Zip zip = archives.get(archive.path("label").asText());
      if (zip != null && !zip.sha256().equals(archive.path("sha256").asText())) {
        violated(
            Rule.ARCHIVE_IS_THE_REQUEST,
            id,
            "the archive of " + archive.path("label") + " is not the one its event names");
      }
    }
  }

  private static Set<String> failingIds(JsonNode ending) {
    Set<String> ids = new LinkedHashSet<>();
    for (JsonNode failure : ending.path("failures")) {
      if (failure.path("location").has("type")) {
        ids.add(imageId(failure.path("location")));
      }
    }
    return ids;
  }

  private static String imageId(JsonNode image) {
    return image.has("imageid")
        ? image.path("imageid").asText()
        : image.at("/spec/objectid").asText();
  }

  private static String withoutExtension(String entry) {
    return entry.replaceFirst("\\.(jpg|png)$", "");
  }

  private void judgeLeft(String id, String type, Map<String, Zip> left) {
    for (String path : left.keySet()) {
      boolean zip = path.endsWith(".zip");
      boolean kept = zip && type.equals("stored");
      boolean waiting = !history.circumstances().forgotten() && !(zip && type.equals("uploaded"));
      if (!kept && !waiting) {
        violated(Rule.NOTHING_LEFT, id, path + " is left of what ended as '" + type + "'");
      }
    }
  }

  /** What is told runs from accepted over more and more images to an outcome and beyond. */
  private void judgeOrder(String id, List<Told> events) {
    int highest = 0;
    for (Told each : events) {
      int rank =
          switch (each.type()) {
            case "accepted" -> 0;
            case "progress" ->
                each.event().at("/images/done").asInt() + each.event().at("/images/failed").asInt();
            case REJECTED -> highest;
            case "uploading" -> Integer.MAX_VALUE - 2;
            case "uploaded", "stored", "failed" -> Integer.MAX_VALUE - 1;
            default -> Integer.MAX_VALUE;
          };
      if (rank < highest) {
        setbacks++;
        if (!history.circumstances().crashed()) {
          violated(Rule.NO_GOING_BACK, id, "told " + each.event() + " after something newer");
        }
        return;
      }
      highest = rank;
    }
  }

  private void judgeAftermath() {
    Aftermath aftermath = history.aftermath();
    stateLeft(aftermath.stateBefore(), aftermath.stateAfter())
        .forEach((vertex, bytes) -> violated(Rule.NO_STATE_LEFT, vertex, bytes));
    aftermath
        .pictures()
        .forEach((file, count) -> violated(Rule.NO_PICTURE_LEFT, file, count + " pictures"));
    for (Share share : aftermath.shares()) {
      long all = share.records().stream().mapToLong(Long::longValue).sum();
      if (share.records().stream().anyMatch(one -> one * share.records().size() * 2 < all)) {
        violated(Rule.WORK_IS_SHARED, "resize, of " + share.producers(), "got " + share.records());
      }
    }
    for (String id : aftermath.pressed()) {
      if (!hasEnding(id, "uploaded") && !hasEnding(id, "stored")) {
        violated(Rule.RECOVERS, id, "ended as " + endings.get(id));
      }
    }
  }

  /** The vertices with more state than at first, and how much. */
  static Map<String, String> stateLeft(Map<String, Long> atFirst, Map<String, Long> now) {
    Map<String, String> left = new TreeMap<>();
    now.forEach(
        (vertex, bytes) -> {
          long before = atFirst.getOrDefault(vertex, 0L);
          if (bytes > before + STATE_TOLERANCE) {
            left.put(vertex, "has " + bytes + " bytes, at first " + before);
          }
        });
    return left;
  }

  private void violated(Rule rule, String about, String what) {
    violations.add(new Violation(rule, about, what));
  }
}
