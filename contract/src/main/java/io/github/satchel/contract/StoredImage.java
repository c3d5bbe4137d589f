package io.github.satchel.contract;

/**
 * An image that a pupil drew or photographed, kept in object storage.
 *
 * @param userid whoever stored the image, which need not be the owner of the project
 */
public record StoredImage(String objectid, String projectid, String userid, String classid) {

  /** The object's key below the store's directory. */
  public String key() {
    return String.join("/", classid, userid, projectid, objectid);
  }
}
