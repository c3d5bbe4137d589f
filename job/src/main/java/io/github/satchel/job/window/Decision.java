package io.github.satchel.job.window;

import io.github.satchel.contract.Delivery;
import io.github.satchel.contract.Event;
import io.github.satchel.job.model.PackedArchive;
import io.github.satchel.job.model.PackedRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a request was decided: an outcome, or archives to hand over. It lies beside the archives from
 * before anybody is told, so that an attempt after a crash comes to the same end even if, say, a
 * web site has changed its mind about a picture since.
 *
 * @param progress the last progress event, with all images counted; null if the request was never
 *     served
 * @param outcome the request's outcome, if its window ends it
 * @param packed the archives, if they go to a receiver
 * @param inline whether the archives are not in the store but travel with the request; what is
 *     written of the decision is without their content
 */
record Decision(
    @Nullable Event progress,
    @Nullable Event outcome,
    @Nullable PackedRequest packed,
    boolean inline) {

  /** Whether the archives go to an endpoint instead of a training service. */
  boolean goesToEndpoint() {
    return packed != null && packed.deliverTo().kind() == Delivery.Kind.HTTP;
  }

  /** Bytes of archives that this holds in memory. */
  long heldBytes() {
    return packed == null ? 0 : packed.heldBytes();
  }

  /** The same with other archives. */
  Decision with(List<PackedArchive> archives) {
    return packed == null
        ? this
        : new Decision(progress, outcome, packed.withArchives(archives), inline);
  }
}
