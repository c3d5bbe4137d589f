package io.github.satchel.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.client.RequestBuilder;
import io.github.satchel.contract.Json;
import io.github.satchel.faults.History.Aftermath;
import io.github.satchel.faults.History.Circumstances;
import io.github.satchel.faults.History.Create;
import io.github.satchel.faults.History.Letter;
import io.github.satchel.faults.History.Sent;
import io.github.satchel.faults.History.Share;
import io.github.satchel.faults.History.Told;
import io.github.satchel.faults.History.Zip;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One history that is as it must be, and for each rule one that breaks it and nothing else. */
class CheckerTest {

  private final List<Sent> sent = new ArrayList<>();
  private final List<Told> told = new ArrayList<>();
  private final List<Letter> letters = new ArrayList<>();
  private final List<Create> creates = new ArrayList<>();
  private final Map<String, Zip> files = new HashMap<>();
  private final Map<String, Long> stateAfter = new HashMap<>();
  private final Set<String> pressed = new HashSet<>(Set.of("up"));
  private final List<Share> shares =
      new ArrayList<>(List.of(new Share(2, List.of(100L, 80L, 90L))));
  private final Map<String, Integer> pictures = new HashMap<>();
  private boolean crashed;
  private boolean forgotten = true;

  CheckerTest() {
    send("up", request("up"));
    tell("up", "accepted", 0);
    tell("up", "progress", 7);
    tell("up", "progress", 20);
    told.add(new Told("up", uploaded("up", "pets_1")));
    create("up", "pets_1");
    send("kept", request("kept"));
    tell("kept", "stored", 20);
    files.put("kept/cat.zip", zip("cat", 0));
    files.put("kept/dog.zip", zip("dog", 0));
    send("bad", Json.MAPPER.createObjectNode().put("requestId", "bad"));
    tell("bad", "rejected", 0);
    letters.add(new Letter("at-bad", "digest of bad"));
    sent.add(new Sent("at-noise", null, null, "noise"));
    letters.add(new Letter("at-noise", null));
  }

  @Test
  void aRunAsItMustBeHolds() {
    Verdict verdict = judge();

    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.outcomes()).isEqualTo(Map.of("uploaded", 1, "stored", 1, "rejected", 1));
    assertThat(verdict.deadLetters()).isEqualTo(2);
  }

  @Test
  void anOutcomeToldTwiceHoldsIfItIsTheSame() {
    told.add(new Told("up", uploaded("up", "pets_1")));
    letters.add(new Letter("at-bad", "digest of bad"));

    assertThat(judge().violations()).isEmpty();
    assertThat(judge().repeats()).isOne();
  }

  @Test
  void aRequestWithoutAnOutcomeIsFound() {
    send("lost", request("lost"));
    tell("lost", "accepted", 0);

    assertBroken(Rule.ENDS, "lost");
  }

  @Test
  void aBadMessageThatVanishesIsFound() {
    sent.add(new Sent("at-vanished", null, null, "vanished"));

    assertBroken(Rule.ENDS, "at-vanished");
  }

  @Test
  void twoOutcomesAreFound() {
    tell("kept", "failed", 20);

    assertBroken(Rule.ONE_OUTCOME, "kept");
  }

  @Test
  void theSameOutcomeWithOtherContentIsFound() {
    ObjectNode again = uploaded("up", "pets_1");
    again.put("at", "later");
    told.add(new Told("up", again));

    assertBroken(Rule.ONE_OUTCOME, "up");
  }

  @Test
  void moreRejectionsThanBadMessagesAreFound() {
    tell("kept", "rejected", 0);

    assertBroken(Rule.ONE_OUTCOME, "kept");
  }

  @Test
  void anEventOfNoRequestIsFound() {
    tell("nobody", "accepted", 0);

    assertBroken(Rule.NO_INVENTION, "nobody");
  }

  @Test
  void aClassifierOfNoRequestIsFound() {
    create("nobody", "pets_2");

    assertBroken(Rule.NO_INVENTION, "Pets_nobody");
  }

  @Test
  void anImageThatIsNotCountedIsFound() {
    sent.removeIf(message -> "kept".equals(message.requestId()));
    ObjectNode request = request("kept");
    request.withObjectProperty("labels").putArray("fish").addObject().put("imageid", "fish-0");
    send("kept", request);
    files.put("kept/fish.zip", new Zip(List.of("fish-0.jpg"), "sha of fish"));

    assertBroken(Rule.IMAGES_COUNTED, "kept");
  }

  @Test
  void aSecondClassifierIsFound() {
    create("up", "pets_2");

    assertBroken(Rule.ONE_CLASSIFIER, "up");
  }

  @Test
  void anUploadedRequestWithoutAClassifierIsFound() {
    creates.clear();

    assertBroken(Rule.ONE_CLASSIFIER, "up");
  }

  @Test
  void anEventThatNamesAnotherClassifierIsFound() {
    creates.clear();
    create("up", "pets_2");

    assertBroken(Rule.ONE_CLASSIFIER, "up");
  }

  @Test
  void aClassifierOfARequestThatEndedOtherwiseIsFound() {
    create("kept", "pets_2");

    assertBroken(Rule.NO_OTHER_CLASSIFIER, "kept");
  }

  @Test
  void anArchiveWithoutOneOfItsImagesIsFound() {
    files.put("kept/cat.zip", zip("cat", 1));

    assertBroken(Rule.ARCHIVE_IS_THE_REQUEST, "kept");
  }

  @Test
  void anUploadWithoutOneOfItsImagesIsFound() {
    creates.clear();
    creates.add(
        new Create("pets_1", "Pets_up", Map.of("cat", zip("cat", 0), "dog", zip("dog", 1))));

    assertBroken(Rule.ARCHIVE_IS_THE_REQUEST, "up");
  }

  @Test
  void anArchiveThatIsNotTheOneOfItsEventIsFound() {
    files.put("kept/cat.zip", new Zip(zip("cat", 0).entries(), "another"));

    assertBroken(Rule.ARCHIVE_IS_THE_REQUEST, "kept");
  }

  @Test
  void progressThatGoesBackIsFoundUnlessTheJobCrashed() {
    told.add(3, new Told("up", event("up", "progress", 5)));
    assertBroken(Rule.NO_GOING_BACK, "up");

    crashed = true;
    assertThat(judge().violations()).isEmpty();
    assertThat(judge().setbacks()).isOne();
  }

  @Test
  void aDeadLetterThatIsNotTheMessageIsFound() {
    letters.add(new Letter("at-bad", "digest of something else"));

    assertBroken(Rule.DEAD_LETTERS_COMPLETE, "bad");
  }

  @Test
  void aBadMessageWhoseSenderIsNotToldIsFound() {
    told.removeIf(event -> event.requestId().equals("bad"));

    assertBroken(Rule.DEAD_LETTERS_COMPLETE, "bad");
  }

  @Test
  void aDeadLetterOfAServedRequestIsFound() {
    letters.add(new Letter("at-kept", "digest of kept"));
    tell("kept", "rejected", 0);

    assertBroken(Rule.NO_OTHER_DEAD_LETTER, "kept");
  }

  @Test
  void aDeadLetterOfNoMessageIsFound() {
    letters.add(new Letter("at-nowhere", "digest"));

    assertBroken(Rule.NO_OTHER_DEAD_LETTER, "at-nowhere");
  }

  @Test
  void anArchiveLeftOfAnUploadIsFound() {
    forgotten = false;
    files.put("up/cat.zip", zip("cat", 0));

    assertBroken(Rule.NOTHING_LEFT, "up");
  }

  @Test
  void aJournalIsFoundOnceItsRequestIsForgotten() {
    files.put("up/upload.json", new Zip(List.of(), ""));
    assertBroken(Rule.NOTHING_LEFT, "up");

    forgotten = false;
    assertThat(judge().violations()).isEmpty();
  }

  @Test
  void aDirectoryOfNoRequestIsFound() {
    files.put("nobody/cat.zip", zip("cat", 0));

    assertBroken(Rule.NOTHING_LEFT, "nobody");
  }

  @Test
  void stateThatStaysIsFound() {
    stateAfter.put("request window", 5_000L);

    assertBroken(Rule.NO_STATE_LEFT, "request window");
  }

  @Test
  void aPictureThatStaysIsFound() {
    pictures.put("satchel-resized/a", 2);

    assertBroken(Rule.NO_PICTURE_LEFT, "satchel-resized/a");
  }

  @Test
  void anIdleSubtaskIsFound() {
    shares.add(new Share(2, List.of(150L, 0L, 150L, 0L)));

    assertBroken(Rule.WORK_IS_SHARED, "resize, of 2");
  }

  @Test
  void aJobThatStaysBrokenIsFound() {
    send("late", request("late"));
    tell("late", "failed", 20);
    pressed.add("late");

    assertBroken(Rule.RECOVERS, "late");
  }

  private void assertBroken(Rule rule, String about) {
    assertThat(judge().violations())
        .singleElement()
        .satisfies(
            violation -> {
              assertThat(violation.rule()).isEqualTo(rule);
              assertThat(violation.about()).isEqualTo(about);
            });
  }

  private Verdict judge() {
    return Checker.judge(
        new History(
            sent,
            told,
            letters,
            creates,
            files,
            new Circumstances(crashed, forgotten),
            new Aftermath(
                pressed, shares, Map.of("request window", 1_000L), stateAfter, pictures)));
  }

  private void send(String id, @Nullable ObjectNode request) {
    sent.add(new Sent("at-" + id, id, request, "digest of " + id));
  }

  private void tell(String id, String type, int done) {
    told.add(new Told(id, event(id, type, done)));
  }

  private void create(String id, String classifier) {
    creates.add(
        new Create(classifier, "Pets_" + id, Map.of("cat", zip("cat", 0), "dog", zip("dog", 0))));
  }

  private static ObjectNode request(String id) {
    RequestBuilder request = new RequestBuilder(id, "project", "pupil", "Pets").store();
    for (String label : List.of("cat", "dog")) {
      for (int i = 0; i < 10; i++) {
        request.download(label, label + "-" + i, "http://pictures.example/");
      }
    }
    return request.json();
  }

  private static ObjectNode uploaded(String id, String classifier) {
    ObjectNode event = event(id, "uploaded", 20);
    event.putObject("classifier").put("id", classifier);
    return event;
  }

  private static ObjectNode event(String id, String type, int done) {
    ObjectNode event = Json.MAPPER.createObjectNode().put("type", type).put("requestId", id);
    event.putObject("images").put("total", 20).put("done", done).put("failed", 0);
    for (String label : List.of("cat", "dog")) {
      event
          .withArrayProperty("archives")
          .addObject()
          .put("label", label)
          .put("sha256", "sha of " + label);
    }
    return event;
  }

  private static Zip zip(String label, int from) {
    return new Zip(
        IntStream.range(from, 10).mapToObj(i -> label + "-" + i + ".jpg").toList(),
        "sha of " + label);
  }
}
