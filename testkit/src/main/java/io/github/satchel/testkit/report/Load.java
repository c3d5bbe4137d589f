package io.github.satchel.testkit.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.contract.Event;
import java.util.Set;

/**
 * A request of a benchmark.
 *
 * @param name of the pupil
 * @param images number of images of the request
 * @param expected how it may end
 * @param ahead whether it is in front of the class, and not of a pupil in it
 */
public record Load(
    String name, ObjectNode request, int images, Set<Event.Type> expected, boolean ahead) {

  public String requestId() {
    return request.get("requestId").textValue();
  }
}
