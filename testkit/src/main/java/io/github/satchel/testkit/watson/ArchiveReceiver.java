package io.github.satchel.testkit.watson;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.satchel.trainer.api.Answer;
import io.github.satchel.trainer.api.CallKind;
import io.github.satchel.trainer.api.Forms;
import io.github.satchel.trainer.api.Limits;
import io.github.satchel.trainer.api.Refusal;
import io.github.satchel.trainer.api.ZipCheck;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.http.MultiPartFormData;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** A receiver of trainings as docs/http-trainer.md describes one. It checks all that there is. */
final class ArchiveReceiver {
  static final String PATH = "/archives";

  /** Among the keys of Watson, and of the file with its address and secret. */
  static final String NAME = "receiver";

  static final String SECRET = "local-secret-of-receiver";

  private static final Pattern SIGNATURE = Pattern.compile("t=(\\d{1,15}),v1=([0-9a-f]{64})");
  private static final Duration TOLERANCE = Duration.ofMinutes(5);

  /** The status for what was taken before (RFC 5842). */
  private static final int ALREADY_REPORTED = 208;

  private final Forms forms;
  private final Limits limits;
  private final Clock clock;
  private final History history;
  private final ObjectMapper mapper = new ObjectMapper();
  private final Set<String> taken = ConcurrentHashMap.newKeySet();

  ArchiveReceiver(Forms forms, Limits limits, Clock clock, History history) {
    this.forms = forms;
    this.limits = limits;
    this.clock = clock;
    this.history = history;
    for (Call call : history.calls()) {
      if (call.keyName().equals(NAME) && call.status() == 200 && call.classifierId() != null) {
        taken.add(call.classifierId());
      }
    }
  }

  /** A training and its archives, as they came. */
  private record Delivery(String id, @Nullable String name, List<Examples> archives) {}

  Answer answer(Request request, Mishap mishap) throws IOException, InterruptedException {
    Delivery delivery = null;
    Answer answer;
    try {
      mishap.beforeBody();
      delivery =
          forms.read(
              request,
              mishap.body(request),
              (parts, directory) ->
                  delivery(parts, request.getHeaders().get("Satchel-Signature"), directory));
      if (!delivery.id().equals(request.getHeaders().get("Idempotency-Key"))) {
        throw new Refusal(Answer.inputError("Idempotency-Key is not the id of the training"));
      }
      mishap.beforeActing();
      int status = taken.add(delivery.id()) ? 200 : ALREADY_REPORTED;
      answer =
          Answer.json(
              status,
              Answer.object().put("id", "model-" + delivery.id()).put("status", "training"));
    } catch (Refusal refusal) {
      answer = refusal.answer();
    }
    history.add(
        new Call(
            0,
            CallKind.CREATE,
            NAME,
            delivery == null ? null : delivery.id(),
            delivery == null ? null : delivery.name(),
            clock.instant(),
            answer.meaning(),
            mishap.tellsTheTruth(),
            delivery == null ? List.of() : delivery.archives()),
        null);
    return answer;
  }

  private Delivery delivery(
      MultiPartFormData.Parts parts, @Nullable String signature, Path directory)
      throws IOException, Refusal {
    byte[] training = Files.readAllBytes(file(parts, "training", directory));
    if (signature == null || !isGenuine(signature, training)) {
      throw new Refusal(Answer.UNAUTHORIZED);
    }
    try {
      JsonNode json = mapper.readTree(training);
      List<Examples> archives = new ArrayList<>();
      for (JsonNode entry : json.path("archives")) {
        archives.add(archive(parts, entry, directory));
      }
      return new Delivery(json.path("id").asText(), json.path("name").asText(), archives);
    } catch (JsonProcessingException e) {
      throw new Refusal(Answer.inputError("The part training is not JSON"));
    }
  }

  private boolean isGenuine(String signature, byte[] training) {
    Matcher fields = SIGNATURE.matcher(signature);
    if (!fields.matches()) {
      return false;
    }
    Instant at = Instant.ofEpochSecond(Long.parseLong(fields.group(1)));
    if (Duration.between(at, clock.instant()).abs().compareTo(TOLERANCE) > 0) {
      return false;
    }
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      mac.update((fields.group(1) + ".").getBytes(StandardCharsets.UTF_8));
      return MessageDigest.isEqual(mac.doFinal(training), HexFormat.of().parseHex(fields.group(2)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }

  private Examples archive(MultiPartFormData.Parts parts, JsonNode entry, Path directory)
      throws IOException, Refusal {
    String name = entry.path("part").asText();
    Path zip = file(parts, name, directory);
    Examples archive =
        new Examples(
            entry.path("label").asText(), ZipCheck.images(zip, name, limits), Examples.sha256(zip));
    if (entry.path("bytes").asLong() != Files.size(zip)
        || entry.path("images").asInt() != archive.images()
        || !entry.path("sha256").asText().equals(archive.sha256())) {
      throw new Refusal(Answer.inputError("The part " + name + " is not what its entry says"));
    }
    return archive;
  }

  private static Path file(MultiPartFormData.Parts parts, String name, Path directory)
      throws IOException, Refusal {
    MultiPart.Part part = parts.getFirst(name);
    if (part == null) {
      throw new Refusal(Answer.inputError("There is no part " + name));
    }
    Path file = Files.createTempFile(directory, "part-", null);
    part.writeTo(file);
    return file;
  }
}
