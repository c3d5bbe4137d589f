package io.github.satchel.bench;

import io.github.satchel.contract.OutputFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/** One operation resizes every picture of a class once. {@link ResizeBench} runs it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
public class ResizeBenchmark {

  @Param("")
  public String directory = "";

  @Param("")
  public String pictureClass = "";

  @Param({"NATIVE", "JAVA", "THUMBNAILATOR"})
  public Contestant contestant = Contestant.NATIVE;

  @Param({"PNG", "JPEG"})
  public OutputFormat format = OutputFormat.PNG;

  private List<Picture> pictures = List.of();
  private Contestant.Resizer resizer = Contestant.NONE;

  @Setup
  public void open() throws IOException {
    pictures = Picture.classes(Path.of(directory)).getOrDefault(pictureClass, List.of());
    resizer = contestant.open();
  }

  @Benchmark
  public void resize(Blackhole results) throws IOException {
    for (Picture picture : pictures) {
      results.consume(resizer.resize(picture.content(), format));
    }
  }

  @TearDown
  public void close() {
    resizer.close();
  }
}
