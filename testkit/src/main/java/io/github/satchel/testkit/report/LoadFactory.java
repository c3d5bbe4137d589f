package io.github.satchel.testkit.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.client.RequestBuilder;
import io.github.satchel.contract.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongFunction;

/** Makes requests, each of a project of its own, with pictures that no other request has. */
public final class LoadFactory {

  /** The name of the large request. */
  static final String LARGE = "large";

  /** Longer than any benchmark: what is too slow is measured, not given up. */
  private static final int DEADLINE_SECONDS = 1800;

  private final LongFunction<String> pictureUrl;
  private long pictures;
  private int projects;

  /**
   * @param pictureUrl address of the n-th picture
   * @param first number of the first picture that is used
   */
  public LoadFactory(LongFunction<String> pictureUrl, long first) {
    this.pictureUrl = pictureUrl;
    pictures = first;
  }

  /** Number of the first picture that was not used yet. */
  public long next() {
    return pictures;
  }

  /**
   * Requests of a class of pupils, in their order.
   *
   * @param run tells these requests from others
   * @param images number a label
   */
  public List<Load> pupils(String run, int students, int labels, int images) {
    List<Load> loads = new ArrayList<>();
    for (int i = 1; i <= students; i++) {
      RequestBuilder request = request(run + "-" + i, "Pupil " + i, labels, images);
      loads.add(
          new Load(
              "pupil " + i,
              request.watson("pool-1").json(),
              labels * images,
              Set.of(Event.Type.UPLOADED),
              false));
    }
    return loads;
  }

  /**
   * The next request of the same pupil, in which some pictures are others.
   *
   * @param fresh how many are, spread over the labels
   */
  public Load again(Load before, int fresh) {
    ObjectNode request = before.request().deepCopy();
    request.put("requestId", before.requestId() + "-again");
    List<JsonNode> labels =
        List.copyOf(request.withObject("/labels").properties()).stream()
            .map(Map.Entry::getValue)
            .toList();
    for (int i = 0; i < fresh; i++) {
      ObjectNode image = (ObjectNode) labels.get(i % labels.size()).get(i / labels.size());
      image.put("imageid", "p" + pictures).put("url", pictureUrl.apply(pictures));
      pictures++;
    }
    return new Load(before.name(), request, before.images(), before.expected(), before.ahead());
  }

  /** One large request. Its archives stay where they are: the trainer would not take them. */
  public Load large(String run, int labels, int images) {
    RequestBuilder request = request(run + "-large", "A large one", labels, images);
    return new Load(
        LARGE, request.store().json(), labels * images, Set.of(Event.Type.STORED), true);
  }

  /** Requests of one user, each of a project of its own; what exceeds a quota is rejected. */
  public List<Load> greedy(String run, int requests, int labels, int images) {
    List<Load> loads = new ArrayList<>();
    for (int i = 1; i <= requests; i++) {
      String id = run + "-greedy-" + i;
      ObjectNode request = request(id, "Greedy " + i, labels, images).watson("pool-1").json();
      loads.add(
          new Load(
              "greedy " + i,
              request.put("userId", "greedy"),
              labels * images,
              Set.of(Event.Type.UPLOADED, Event.Type.REJECTED),
              true));
    }
    return loads;
  }

  private RequestBuilder request(String id, String name, int labels, int images) {
    projects++;
    RequestBuilder request =
        new RequestBuilder(id, "project-" + projects, "user-" + projects, name);
    for (int label = 1; label <= labels; label++) {
      for (int i = 0; i < images; i++) {
        request.download("label " + label, "p" + pictures, pictureUrl.apply(pictures));
        pictures++;
      }
    }
    return request.deadlineSeconds(DEADLINE_SECONDS);
  }
}
