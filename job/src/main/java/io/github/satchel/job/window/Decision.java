package io.github.satchel.job.window;

import io.github.satchel.contract.Event;
import io.github.satchel.job.model.PackedRequest;
import org.jspecify.annotations.Nullable;

/**
 * How a request was decided: an outcome, or archives to hand over. It lies beside the archives from
 * before anybody is told, so that an attempt after a crash comes to the same end even if, say, a
 * web site has changed its mind about a picture since.
 *
 * @param progress the last progress event, with all images counted
 * @param outcome the request's outcome, if its window ends it
 * @param packed the archives, if they go to a receiver
 */
record Decision(Event progress, @Nullable Event outcome, @Nullable PackedRequest packed) {}
