package io.github.satchel.client;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.satchel.contract.Json;
import io.github.satchel.contract.StoredImage;

/** Builds a request in the JSON of the contract. */
public final class RequestBuilder {

  private final ObjectNode request = Json.MAPPER.createObjectNode();
  private final ObjectNode labels;

  public RequestBuilder(String requestId, String projectId, String userId, String name) {
    request
        .put("requestId", requestId)
        .put("projectId", projectId)
        .put("classId", "class-1")
        .put("userId", userId)
        .put("name", name);
    labels = request.putObject("labels");
  }

  /** Adds an image from the web to a label. */
  public RequestBuilder download(String label, String imageid, String url) {
    image(label, imageid, "download").put("url", url);
    return this;
  }

  /** Adds an image from the object store to a label. */
  public RequestBuilder retrieve(String label, String imageid, StoredImage spec) {
    image(label, imageid, "retrieve").set("spec", Json.MAPPER.valueToTree(spec));
    return this;
  }

  /** Requests a classifier under the first of these credentials that has room. */
  public RequestBuilder watson(String... credentials) {
    ArrayNode names = deliverTo("watson").putArray("credentials");
    for (String name : credentials) {
      names.add(name);
    }
    return this;
  }

  /** Adds encrypted credentials, which are tried last. */
  public RequestBuilder encrypted(String name, String jwe) {
    request
        .withObjectProperty("deliverTo")
        .withObjectProperty("watson")
        .withArrayProperty("credentials")
        .addObject()
        .put("name", name)
        .put("jwe", jwe);
    return this;
  }

  /** Requests that the archives are posted to an endpoint. */
  public RequestBuilder http(String endpoint) {
    deliverTo("http").put("endpoint", endpoint);
    return this;
  }

  /** Requests that the archives stay in the store. */
  public RequestBuilder store() {
    deliverTo("store");
    return this;
  }

  /** Sets {@code onImageFailure}, to {@code fail} or {@code skip}. */
  public RequestBuilder onImageFailure(String policy) {
    request.withObjectProperty("options").put("onImageFailure", policy);
    return this;
  }

  /** Sets {@code deadlineSeconds}. */
  public RequestBuilder deadlineSeconds(int seconds) {
    request.withObjectProperty("options").put("deadlineSeconds", seconds);
    return this;
  }

  /** The message that cancels a request. */
  public static ObjectNode cancel(String requestId) {
    ObjectNode message = Json.MAPPER.createObjectNode();
    message.putObject("cancel").put("requestId", requestId);
    return message;
  }

  /** The message that has a project forgotten; the id is for the answer. */
  public static ObjectNode forgetProject(String requestId, String projectId) {
    return forget(requestId, "projectId", projectId);
  }

  /** The message that has a user forgotten; the id is for the answer. */
  public static ObjectNode forgetUser(String requestId, String userId) {
    return forget(requestId, "userId", userId);
  }

  private static ObjectNode forget(String requestId, String whose, String id) {
    ObjectNode message = Json.MAPPER.createObjectNode();
    message.putObject("forget").put("requestId", requestId).put(whose, id);
    return message;
  }

  /** The request so far; later calls change it. */
  public ObjectNode json() {
    return request;
  }

  private ObjectNode image(String label, String imageid, String type) {
    return labels.withArrayProperty(label).addObject().put("type", type).put("imageid", imageid);
  }

  private ObjectNode deliverTo(String receiver) {
    return request.putObject("deliverTo").putObject(receiver);
  }
}
