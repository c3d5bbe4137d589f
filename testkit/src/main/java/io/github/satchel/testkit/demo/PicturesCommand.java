package io.github.satchel.testkit.demo;

import io.github.satchel.testkit.http.Binding;
import io.github.satchel.testkit.pictures.PictureSite;
import io.github.satchel.testkit.pictures.SeedOption;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The site with pictures of {@link ServicesCommand} alone, for containers. */
@Command(
    name = "pictures",
    description = {
      "Starts the site with pictures of 'satchel services' alone, for a job whose Kafka, store and"
          + " training service are there, such as docker/compose.yaml. Runs until Ctrl-C."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class PicturesCommand implements Callable<Integer> {

  @Option(
      names = "--host",
      defaultValue = "127.0.0.1",
      paramLabel = "ADDRESS",
      description = "The address to listen on (${DEFAULT-VALUE}).")
  private String host;

  @Option(
      names = "--port",
      defaultValue = "9080",
      description = "The port to listen on, 0 for a free one (${DEFAULT-VALUE}).")
  private int port;

  @Mixin private SeedOption seedOption;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (PictureSite site =
        PictureSite.builder().binding(Binding.at(host, port)).seed(seedOption.seed()).start()) {
      PrintWriter out = spec.commandLine().getOut();
      out.println("Pictures " + site.pictureUrl(0) + " and so on");
      out.flush();
      new CountDownLatch(1).await();
    }
    return 0;
  }
}
