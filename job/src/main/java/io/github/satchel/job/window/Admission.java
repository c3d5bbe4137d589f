package io.github.satchel.job.window;

import io.github.satchel.job.model.AdmittedRequest;

/**
 * What a window needs to know of its request at each image, as the request itself may have
 * megabytes; public for the POJO serializer.
 *
 * @param images how many there will be
 * @param deadline processing time at which the request ends, in milliseconds
 */
public record Admission(String projectId, int images, long deadline) {

  static Admission of(AdmittedRequest admitted) {
    return new Admission(
        admitted.request().projectId(),
        admitted.request().images(),
        admitted.deadline().toEpochMilli());
  }
}
