package io.github.satchel.job.fetch.wikimedia;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.satchel.job.fetch.source.FetchMetrics;
import io.github.satchel.job.fetch.source.FetchSettings;
import io.github.satchel.job.fetch.source.WebAddress;
import io.netty.util.Timer;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the thumbnails of images on Wikimedia Commons through its <a
 * href="https://www.mediawiki.org/wiki/API:Imageinfo">imageinfo API</a>, as Wikimedia asks its
 * users to. Titles are collected for a moment and asked for together; answers are remembered.
 * Whatever goes wrong, the original is fetched instead.
 */
public final class WikimediaThumbnails {

  private static final Logger LOG = LoggerFactory.getLogger(WikimediaThumbnails.class);

  /** As many as the API takes of those without special rights. */
  private static final int MAX_TITLES = 50;

  /** Characters of encoded titles in an address that servers are sure to take. */
  private static final int MAX_LENGTH = 6_000;

  private static final int LINGER_MILLIS = 50;
  private static final int REMEMBERED = 10_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String prefix;
  private final String query;
  private final Timer timer;
  private final Api api;
  private final Map<String, Optional<WebAddress>> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Optional<WebAddress>> eldest) {
          return size() > REMEMBERED;
        }
      };
  private Batch open = new Batch();

  /** Calls the API. */
  public interface Api {
    void call(WebAddress address, FetchMetrics metrics, Answer answer);
  }

  /** Takes the API's answer: just one of its methods is called. */
  public interface Answer {
    void arrived(byte[] json);

    void failed();
  }

  public WikimediaThumbnails(FetchSettings settings, Timer timer, Api api) {
    this.prefix = settings.wikimediaPrefix();
    this.query =
        settings.wikimediaApi()
            + "?action=query&format=json&prop=imageinfo&iiprop=url&iiurlwidth="
            + settings.wikimediaWidth()
            + "&titles=";
    this.timer = timer;
    this.api = api;
  }

  /**
   * Looks for the thumbnail of an image.
   *
   * @param found told once, from any thread; empty if there is none, or it cannot be found
   */
  public void lookup(WebAddress image, FetchMetrics metrics, Consumer<Optional<WebAddress>> found) {
    String title = title(image);
    if (title == null) {
      found.accept(Optional.empty());
      return;
    }
    Optional<WebAddress> answer;
    Batch full = null;
    synchronized (this) {
      answer = known.get(title);
      if (answer == null) {
        full = add(title, found, metrics);
      }
    }
    if (answer != null) {
      found.accept(answer);
    } else if (full != null) {
      full.send(metrics);
    }
  }

  /** The batch that is to be sent now, as there is no room in it for more. */
  private @Nullable Batch add(
      String title, Consumer<Optional<WebAddress>> found, FetchMetrics metrics) {
    Batch full = null;
    if (!open.hasRoomFor(title)) {
      full = open;
      open = new Batch();
    }
    Batch batch = open;
    if (batch.waiting.isEmpty()) {
      timer.newTimeout(timeout -> flush(batch, metrics), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    }
    batch.add(title, found);
    return full;
  }

  private void flush(Batch batch, FetchMetrics metrics) {
    synchronized (this) {
      if (open != batch) {
        return;
      }
      open = new Batch();
    }
    batch.send(metrics);
  }

  /**
   * The title of an image: the last part of its path, or that before the last if it is a thumbnail
   * itself.
   */
  private @Nullable String title(WebAddress image) {
    String url = image.toString();
    if (prefix.isEmpty() || !url.startsWith(prefix)) {
      return null;
    }
    String[] path = image.uri().getPath().split("/", -1);
    boolean thumbnail = url.startsWith("thumb/", prefix.length());
    String name = path[path.length - (thumbnail ? 2 : 1)];
    String title;
    try {
      title = URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return null;
    }
    // Two characters that no title has, and that would end one.
    return title.isEmpty() || title.indexOf('|') >= 0 || title.indexOf('\u001f') >= 0
        ? null
        : title.replace('_', ' ');
  }

  /** Titles that are asked for together, and who asked. */
  private final class Batch {

    private final Map<String, List<Consumer<Optional<WebAddress>>>> waiting = new LinkedHashMap<>();
    private final StringBuilder titles = new StringBuilder();

    private boolean hasRoomFor(String title) {
      if (waiting.isEmpty() || waiting.containsKey(title)) {
        return true;
      }
      return waiting.size() < MAX_TITLES && titles.length() + encoded(title).length() <= MAX_LENGTH;
    }

    private void add(String title, Consumer<Optional<WebAddress>> found) {
      if (!waiting.containsKey(title)) {
        titles.append(titles.isEmpty() ? "" : "%7C").append(encoded(title));
      }
      waiting.computeIfAbsent(title, unused -> new ArrayList<>()).add(found);
    }

    private void send(FetchMetrics metrics) {
      WebAddress address;
      try {
        address = WebAddress.parse(query + titles);
      } catch (IllegalArgumentException e) {
        tell(Map.of());
        return;
      }
      api.call(
          address,
          metrics,
          new Answer() {
            @Override
            public void arrived(byte[] json) {
              tell(read(json));
            }

            @Override
            public void failed() {
              LOG.info("The Wikimedia API returned no thumbnails for {} images", waiting.size());
              tell(Map.of());
            }
          });
    }

    private void tell(Map<String, Optional<WebAddress>> answers) {
      synchronized (WikimediaThumbnails.this) {
        known.putAll(answers);
      }
      waiting.forEach(
          (title, asking) -> {
            Optional<WebAddress> answer = answers.getOrDefault(title, Optional.empty());
            asking.forEach(each -> each.accept(answer));
          });
    }

    /** What the API knows of the titles; of those that it leaves out, nothing. */
    private Map<String, Optional<WebAddress>> read(byte[] json) {
      Map<String, Optional<WebAddress>> answers = new HashMap<>();
      try {
        JsonNode query = JSON.readTree(json).path("query");
        Map<String, String> normalised = new HashMap<>();
        for (JsonNode each : query.path("normalized")) {
          normalised.put(each.path("from").asText(), each.path("to").asText());
        }
        Map<String, Optional<WebAddress>> pages = new HashMap<>();
        for (JsonNode page : query.path("pages")) {
          String thumbnail = page.path("imageinfo").path(0).path("thumburl").asText();
          pages.put(
              page.path("title").asText(),
              thumbnail.isEmpty() ? Optional.empty() : Optional.of(WebAddress.parse(thumbnail)));
        }
        for (String title : waiting.keySet()) {
          String asked = "Image:" + title;
          Optional<WebAddress> page = pages.get(normalised.getOrDefault(asked, asked));
          if (page != null) {
            answers.put(title, page);
          }
        }
      } catch (IOException | IllegalArgumentException e) {
        LOG.info("Unexpected response from the Wikimedia API: {}", e.getMessage());
      }
      return answers;
    }

    private String encoded(String title) {
      return URLEncoder.encode("Image:" + title, StandardCharsets.UTF_8);
    }
  }
}
