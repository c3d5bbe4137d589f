package io.github.satchel.local.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A request of a benchmark.
 *
 * @param name of the pupil
 * @param images number of images of the request
 * @param large whether it is the large request in front of the others
 */
public record Load(String name, ObjectNode request, int images, boolean large) {

  public String requestId() {
    return request.get("requestId").textValue();
  }
}
