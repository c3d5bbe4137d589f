package io.github.satchel.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.junit.jupiter.api.Test;

/** The edges on which images queue, as Flink sees them. */
class UnalignedEdgesTest {

  @Test
  void barriersOvertakeImagesOnTheirWayIntoEachStage() throws Exception {
    Configuration options =
        SatchelConfiguration.of(
                Map.of(
                    "site.name", "Pets for All",
                    "site.contact", "https://pets.test/contact",
                    "kafka.bootstrap-servers", "127.0.0.1:1",
                    "archives.dir", "file:///tmp/archives",
                    "credentials.dir", "/tmp/credentials"))
            .options();
    var environment = new StreamExecutionEnvironment();
    SatchelJob.build(environment, options);

    StreamGraph graph = environment.getStreamGraph();
    for (String stage : List.of("fetch", "resize", "request window")) {
      StreamNode node =
          graph.getStreamNodes().stream()
              .filter(each -> each.getOperatorName().equals(stage))
              .findFirst()
              .orElseThrow();
      assertThat(node.getInEdges())
          .isNotEmpty()
          .allSatisfy(
              edge ->
                  assertThat(edge.getPartitioner().isSupportsUnalignedCheckpoint())
                      .as("%s: %s", stage, edge)
                      .isTrue());
    }
  }
}
