package io.github.satchel.testkit.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.contract.Event;
import io.github.satchel.testkit.report.Load;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One pupil of the demo, with a request and what must become of it.
 *
 * @param labels of the request
 * @param images number of images of the request
 * @param bad the code that each bad image must fail with, by image id
 * @param expected how the request must end
 */
record Pupil(
    String name,
    ObjectNode request,
    List<String> labels,
    int images,
    Map<String, String> bad,
    Event.Type expected) {

  String requestId() {
    return request.get("requestId").textValue();
  }

  String projectId() {
    return request.get("projectId").textValue();
  }

  /** The same, for a report. */
  Load load() {
    return new Load(name, request, images, Set.of(expected), false);
  }
}
