package io.github.satchel.faults;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that can be seen of a run from outside.
 *
 * @param sent every message of the requests topic
 * @param told every event of the results topic; those of one request in the order of the topic
 * @param letters every dead letter
 * @param creates every create that the trainer took, what was deleted since too
 * @param files what the archives directory holds at the end, by path below it
 */
record History(
    List<Sent> sent,
    List<Told> told,
    List<Letter> letters,
    List<Create> creates,
    Map<String, Zip> files,
    Circumstances circumstances,
    Aftermath aftermath) {

  /**
   * What can be asked of a run.
   *
   * @param crashed whether the job may have gone back to a checkpoint
   * @param forgotten whether all requests were forgotten before {@code files} was listed, so that
   *     only archives that are somebody's may be left
   */
  record Circumstances(boolean crashed, boolean forgotten) {}

  /**
   * What was seen when nothing was broken any more.
   *
   * @param pressed requests that were sent only then
   * @param shares how the work of resizing was spread over subtasks
   * @param stateBefore bytes of each vertex's state, a subtask, in a savepoint before the first
   *     request
   * @param stateAfter the same at the end
   * @param pictures files outside the archives directory that hold one, once requests were
   *     forgotten, and how many
   */
  record Aftermath(
      Set<String> pressed,
      List<Share> shares,
      Map<String, Long> stateBefore,
      Map<String, Long> stateAfter,
      Map<String, Integer> pictures) {

    /** Nothing was looked at. */
    static final Aftermath NONE = new Aftermath(Set.of(), List.of(), Map.of(), Map.of(), Map.of());
  }

  /**
   * How work was spread.
   *
   * @param producers how many subtasks fetched
   * @param records how many each subtask of resize was given
   */
  record Share(int producers, List<Long> records) {}

  /**
   * A message of the requests topic.
   *
   * @param place partition and offset
   * @param requestId null if none can be read, and then nobody can be told
   * @param request null if it is no JSON object
   * @param digest of key, value and headers
   */
  record Sent(
      String place, @Nullable String requestId, @Nullable JsonNode request, String digest) {}

  /** An event. */
  record Told(String requestId, JsonNode event) {

    String type() {
      return event.path("type").asText();
    }
  }

  /**
   * A dead letter.
   *
   * @param place where the message stood that it is a copy of
   * @param digest of key, value and headers; null if it says that it has none of the message
   */
  record Letter(String place, @Nullable String digest) {}

  /**
   * A classifier's creation.
   *
   * @param examples by class
   */
  record Create(String classifierId, String name, Map<String, Zip> examples) {}

  /**
   * An archive, or a file that is none.
   *
   * @param entries names of the entries; empty for what is no zip
   */
  record Zip(List<String> entries, String sha256) {}
}
