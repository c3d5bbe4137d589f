package io.github.satchel.job.window;

import io.github.satchel.contract.Event;

/**
 * A request over a quota; public for the POJO serializer.
 *
 * @param outcome that it is rejected
 * @param forgetAt processing time until which it is remembered, in milliseconds
 * @param told whether the outcome is told
 * @param forgotten whether it goes as soon as that is told
 */
public record Refused(Event outcome, long forgetAt, boolean told, boolean forgotten) {

  Refused asTold() {
    return new Refused(outcome, forgetAt, true, forgotten);
  }

  Refused asForgotten() {
    return new Refused(outcome, forgetAt, told, true);
  }

  Refused until(long time) {
    return new Refused(outcome, time, told, forgotten);
  }
}
