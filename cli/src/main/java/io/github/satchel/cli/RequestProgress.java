package io.github.satchel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.satchel.contract.TrainingRequest;
import java.io.PrintWriter;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** Shows the progress of one request: a bar on a terminal, otherwise a line an event. */
final class RequestProgress implements AutoCloseable {

  private final boolean json;
  private final PrintWriter out;
  private @Nullable ProgressBar bar;

  private RequestProgress(boolean json, PrintWriter out, @Nullable ProgressBar bar) {
    this.json = json;
    this.out = out;
    this.bar = bar;
  }

  /**
   * @param json whether to print events as they are
   */
  static RequestProgress of(TrainingRequest request, boolean json, PrintWriter out) {
    ProgressBar bar =
        json || !Satchel.hasTerminal()
            ? null
            : new ProgressBarBuilder()
                .setTaskName(TextTable.printable(request.projectId()))
                .setInitialMax(request.images())
                .hideEta()
                .build();
    return new RequestProgress(json, out, bar);
  }

  void show(JsonNode event) {
    if (json) {
      out.println(event);
    } else {
      JsonNode images = event.path("images");
      if (bar != null) {
        bar.stepTo(images.path("done").asLong() + images.path("failed").asLong());
        bar.setExtraMessage(" " + EventText.type(event));
      }
      if (bar == null || EventText.isOutcome(event)) {
        close();
        out.println(TextTable.printable(EventText.type(event) + " " + EventText.details(event)));
        EventText.failures(event).forEach(out::println);
      }
    }
    out.flush();
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null; // otherwise it is drawn again
    }
  }
}
