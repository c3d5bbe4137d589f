package io.github.satchel.faults;

/** What must hold of every run, whatever went wrong in it. */
enum Rule {
  /** Every message has an outcome or a dead letter. */
  ENDS,
  /** A request has one outcome; told again, it has the same content. */
  ONE_OUTCOME,
  /** Nothing is told of a request that nobody sent. */
  NO_INVENTION,
  /** The images of an outcome are those of the request, each done or failed and listed. */
  IMAGES_COUNTED,
  /** An uploaded request has created the one classifier that its event names. */
  ONE_CLASSIFIER,
  /** No other request has created any. */
  NO_OTHER_CLASSIFIER,
  /** An archive holds exactly the images of its label that did not fail, in their order. */
  ARCHIVE_IS_THE_REQUEST,
  /** What is told of a request does not go back. */
  NO_GOING_BACK,
  /** A message that is no request is set aside whole, and its sender told if there is an id. */
  DEAD_LETTERS_COMPLETE,
  /** A request that is served is not set aside. */
  NO_OTHER_DEAD_LETTER,
  /** No archive is left that is nobody's, and no journal. */
  NOTHING_LEFT,
  /** No state is left of requests that are forgotten. */
  NO_STATE_LEFT,
  /** No picture of a request that is forgotten is left in any bucket, that of checkpoints aside. */
  NO_PICTURE_LEFT,
  /** Each subtask of resize has its share of the work, whatever the parallelisms. */
  WORK_IS_SHARED,
  /** Once nothing is broken any more, requests end well. */
  RECOVERS
}
