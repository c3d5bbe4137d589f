package io.github.satchel.testkit.watson;

import io.github.satchel.trainer.api.Answer;
import io.github.satchel.trainer.api.ApiHandler;
import io.github.satchel.trainer.api.CallKind;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** What the emulator has beside the API: its records, and the receiver of archives. */
final class EmulatorPaths extends Handler.Abstract {
  private final Records records;
  private final ArchiveReceiver receiver;
  private final Faults faults;
  private final History history;
  private final Pause pause;

  EmulatorPaths(
      Records records, ArchiveReceiver receiver, Faults faults, History history, Pause pause) {
    this.records = records;
    this.receiver = receiver;
    this.faults = faults;
    this.history = history;
    this.pause = pause;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    String path = request.getHttpURI().getDecodedPath();
    if (path.equals(ArchiveReceiver.PATH) && request.getMethod().equals("POST")) {
      Fault fault = faults.next(ArchiveReceiver.NAME, CallKind.CREATE);
      var mishap = new Mishap(fault, pause, history, Clock.systemUTC(), null);
      try {
        ApiHandler.send(receiver.answer(request, mishap), mishap, request, response, callback);
      } catch (InterruptedException closing) {
        ApiHandler.drop(request, callback);
      }
      return true;
    }
    Answer answer =
        path.startsWith(Records.PATH)
            ? records.answer(path, Request.extractQueryParameters(request, StandardCharsets.UTF_8))
            : Answer.gateway(404);
    ApiHandler.send(answer, false, request, response, callback);
    return true;
  }
}
