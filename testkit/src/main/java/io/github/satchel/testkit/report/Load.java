package io.github.satchel.testkit.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.contract.Event;

/**
 * A request of a benchmark.
 *
 * @param name of the pupil
 * @param images number of images of the request
 * @param expected how it must end
 * @param large whether it is the large request in front of the others
 */
public record Load(
    String name, ObjectNode request, int images, Event.Type expected, boolean large) {

  public String requestId() {
    return request.get("requestId").textValue();
  }
}
