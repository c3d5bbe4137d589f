package io.github.satchel.trainer;

import io.github.satchel.trainer.api.Answer;
import io.github.satchel.trainer.api.ApiHandler;
import io.github.satchel.trainer.api.Iam;
import io.github.satchel.trainer.api.Key;
import io.github.satchel.trainer.store.ClassifierStore;
import io.github.satchel.trainer.store.Quality;
import io.github.satchel.trainer.store.StoredClassifier;
import io.github.satchel.trainer.store.TrainingQueue;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;

/**
 * The page for a teacher: the classifiers of a key, how good each is, and which pictures are hard
 * to tell. A browser asks for the key, which it sends as a password of the user {@code apikey}.
 * There is no script, and every text of a pupil is escaped.
 */
final class TeacherPage extends Handler.Abstract {
  private static final String CLASSIFIER = "/classifier/";
  private static final String THUMBNAIL = "/thumbnail/";

  private final Iam iam;
  private final TrainingQueue queue;
  private final ClassifierStore store;

  TeacherPage(Iam iam, TrainingQueue queue, ClassifierStore store) {
    this.iam = iam;
    this.queue = queue;
    this.store = store;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    String path = request.getHttpURI().getPath();
    if (!path.equals("/") && !path.startsWith(CLASSIFIER) && !path.startsWith(THUMBNAIL)) {
      ApiHandler.send(Answer.gateway(404), false, request, response, callback);
      return true;
    }
    if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
      ApiHandler.send(Answer.METHOD_NOT_ALLOWED, false, request, response, callback);
      return true;
    }
    Optional<Key> key =
        iam.identify(request.getHeaders().get(HttpHeader.AUTHORIZATION), Fields.EMPTY)
            .filter(known -> known.state() == Key.State.ACTIVE);
    if (key.isEmpty()) {
      response
          .getHeaders()
          .put(
              HttpHeader.WWW_AUTHENTICATE,
              "Basic realm=\"Trainer: user apikey\", charset=\"UTF-8\"");
      ApiHandler.send(Answer.UNAUTHORIZED, false, request, response, callback);
      return true;
    }
    answer(path, key.get(), request, response, callback);
    return true;
  }

  private void answer(String path, Key key, Request request, Response response, Callback callback)
      throws Exception {
    if (path.equals("/")) {
      html(list(key), response, callback);
      return;
    }
    String[] steps = path.split("/", -1); // "", what, id, file
    Optional<StoredClassifier> found = one(key, steps[2]);
    if (found.isPresent() && path.startsWith(CLASSIFIER) && steps.length == 3) {
      html(detail(found.get()), response, callback);
    } else if (found.isPresent() && steps.length == 4 && isThumbnail(found.get(), steps[3])) {
      byte[] image = Files.readAllBytes(store.directory(found.get().id()).resolve(steps[3]));
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, "image/jpeg");
      response.getHeaders().put(HttpHeader.CACHE_CONTROL, "private, no-store");
      response.write(true, ByteBuffer.wrap(image), callback);
    } else {
      ApiHandler.send(Answer.gateway(404), false, request, response, callback);
    }
  }

  private Optional<StoredClassifier> one(Key key, String encodedId) {
    try {
      String id = URLDecoder.decode(encodedId, StandardCharsets.UTF_8);
      return queue.records(key).stream().filter(record -> record.id().equals(id)).findFirst();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Only names that the trainer gave itself lead to a file. */
  private static boolean isThumbnail(StoredClassifier record, String file) {
    Quality quality = record.quality();
    return quality != null
        && quality.doubtful().stream().anyMatch(doubt -> doubt.thumbnail().equals(file));
  }

  private static void html(String page, Response response, Callback callback) {
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/html; charset=utf-8");
    response.getHeaders().put(HttpHeader.CACHE_CONTROL, "private, no-store");
    response
        .getHeaders()
        .put(
            "Content-Security-Policy",
            "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    response.getHeaders().put("X-Content-Type-Options", "nosniff");
    response.getHeaders().put("Referrer-Policy", "no-referrer");
    response.write(true, ByteBuffer.wrap(page.getBytes(StandardCharsets.UTF_8)), callback);
  }

  private String list(Key key) {
    List<StoredClassifier> records = queue.records(key);
    var rows = new StringBuilder();
    for (int i = records.size() - 1; i >= 0; i--) {
      rows.append(row(records.get(i)));
    }
    String table =
        records.isEmpty()
            ? "<p>There is no classifier yet. One appears here as soon as somebody presses Train.</p>"
            : """
              <div class="wide" role="region" aria-label="Classifiers" tabindex="0">
              <table>
              <caption>%d of %d places are taken. The newest is first.</caption>
              <thead><tr><th scope="col">Classifier</th><th scope="col">Classes</th><th scope="col">State</th>
              <th scope="col">Pictures</th><th scope="col">Recognised</th><th scope="col">Trained</th></tr></thead>
              <tbody>
              %s</tbody>
              </table>
              </div>
              """
                .formatted(records.size(), key.slots(), rows);
    return page(
        "Classifiers",
        """
        <h1>Classifiers</h1>
        %s<p><em>Recognised</em> is the share of its own pictures that a classifier names rightly when it is trained
        on all the others. It says how well the classes can be told apart with these pictures.</p>
        """
            .formatted(table));
  }

  private static String row(StoredClassifier record) {
    Quality quality = record.quality();
    return """
        <tr><th scope="row"><a href="/classifier/%s">%s</a></th><td>%s</td><td>%s</td>
        <td class="number">%s</td><td class="number">%s</td><td><time datetime="%s">%s</time></td></tr>
        """
        .formatted(
            URLEncoder.encode(record.id(), StandardCharsets.UTF_8),
            escape(record.name()),
            escape(String.join(", ", record.classes())),
            record.status(),
            quality == null ? "–" : quality.pictures(),
            quality == null ? "–" : percent(quality.accuracy()),
            record.updated(),
            record.updated().toString().substring(0, 16).replace('T', ' '));
  }

  private static String detail(StoredClassifier record) {
    var body = new StringBuilder();
    body.append("<p><a href=\"/\">All classifiers</a></p>\n<h1>")
        .append(escape(record.name()))
        .append("</h1>\n<p>")
        .append(
            switch (record.status()) {
              case "ready" -> "This classifier is ready.";
              case "failed" ->
                  "Its training failed: " + escape(String.valueOf(record.explanation()));
              default -> "It is being trained.";
            })
        .append(" Its id is <code>")
        .append(escape(record.id()))
        .append("</code>.</p>\n");
    Quality quality = record.quality();
    if (quality != null) {
      body.append(
          """
          <p>It recognises <strong>%s</strong> of %d pictures when each is left out of the training and asked about.</p>
          %s%s"""
              .formatted(
                  percent(quality.accuracy()),
                  quality.pictures(),
                  matrix(record, quality),
                  doubtful(record, quality)));
    }
    return page(record.name(), body.toString());
  }

  private static String matrix(StoredClassifier record, Quality quality) {
    var html =
        new StringBuilder(
            """
            <h2 id="matrix">Right and wrong answers</h2>
            <p id="matrix-help">Each row is what the pictures show, each column what the classifier answers. Right answers are on the diagonal.</p>
            <div class="wide" role="region" aria-labelledby="matrix" tabindex="0">
            <table class="matrix" aria-labelledby="matrix" aria-describedby="matrix-help">
            <thead><tr><td></td>""");
    int classes = quality.confusion().size();
    for (int column = 0; column < classes; column++) {
      html.append("<th scope=\"col\">").append(className(record, column)).append("</th>");
    }
    html.append("</tr></thead>\n<tbody>\n");
    for (int row = 0; row < classes; row++) {
      html.append("<tr><th scope=\"row\">").append(className(record, row)).append("</th>");
      for (int column = 0; column < classes; column++) {
        int count = quality.confusion().get(row).get(column);
        String kind = row == column ? "right" : count > 0 ? "wrong" : "none";
        html.append("<td class=\"number ").append(kind).append("\">").append(count).append("</td>");
      }
      html.append("</tr>\n");
    }
    return html.append("</tbody>\n</table>\n</div>\n").toString();
  }

  private static String className(StoredClassifier record, int index) {
    return escape(index < record.classes().size() ? record.classes().get(index) : "none of these");
  }

  private static String doubtful(StoredClassifier record, Quality quality) {
    if (quality.doubtful().isEmpty()) {
      return "";
    }
    var html =
        new StringBuilder(
            """
            <h2>The most doubtful pictures</h2>
            <p>These are least like the others of their class. Is one in the wrong place? Does it show something else, too?
            A few more pictures like it may help.</p>
            <ul class="pictures">
            """);
    for (Quality.Doubtful one : quality.doubtful()) {
      boolean right = one.labelled().equals(one.predicted());
      String text =
          right
              ? "%s, %s sure".formatted(escape(one.labelled()), percent(one.confidence()))
              : "%s, taken for <strong>%s</strong>"
                  .formatted(escape(one.labelled()), escape(one.predicted()));
      html.append(
          """
          <li class="%s"><figure><img src="/thumbnail/%s/%s" alt="%s" width="112" height="112"><figcaption>%s</figcaption></figure></li>
          """
              .formatted(
                  right ? "right" : "wrong",
                  URLEncoder.encode(record.id(), StandardCharsets.UTF_8),
                  one.thumbnail(),
                  "The picture " + escape(one.picture()),
                  text));
    }
    return html.append("</ul>\n").toString();
  }

  private static String page(String title, String body) {
    return """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%s - Trainer</title>
        <style>
        :root { color-scheme: light dark; --line: #8886; --right: #2a7d4f; --wrong: #b3402a; background: Canvas; }
        body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 1.5rem auto; padding: 0 1rem; }
        table { border-collapse: collapse; margin: 1rem 0; }
        caption { text-align: left; padding-bottom: .4rem; }
        .wide { overflow-x: auto; }
        th, td { border-bottom: 1px solid var(--line); padding: .35rem .8rem .35rem 0; text-align: left; vertical-align: top; }
        .number { text-align: right; font-variant-numeric: tabular-nums; }
        .matrix td { padding: .35rem .8rem; }
        .matrix .right { background: color-mix(in srgb, var(--right) 22%%, transparent); font-weight: bold; }
        .matrix .wrong { background: color-mix(in srgb, var(--wrong) 22%%, transparent); font-weight: bold; }
        .pictures { display: flex; flex-wrap: wrap; gap: 1rem; list-style: none; padding: 0; }
        .pictures img { display: block; border: 4px solid var(--line); border-radius: 6px; }
        .pictures .wrong img { border-color: var(--wrong); }
        figure { margin: 0; width: 120px; } figcaption { font-size: .875rem; overflow-wrap: anywhere; }
        a { color: light-dark(#0b57b0, #8cbcff); }
        a:focus-visible, .wide:focus-visible { outline: 3px solid currentcolor; outline-offset: 2px; }
        </style>
        </head>
        <body>
        <main>
        %s</main>
        </body>
        </html>
        """
        .formatted(escape(title), body);
  }

  private static String percent(double share) {
    return Math.round(100 * share) + " %";
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
