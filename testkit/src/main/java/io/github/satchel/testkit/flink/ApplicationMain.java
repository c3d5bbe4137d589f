package io.github.satchel.testkit.flink;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.client.deployment.application.ApplicationClusterEntryPoint;
import org.apache.flink.client.program.DefaultPackagedProgramRetriever;
import org.apache.flink.client.program.PackagedProgram;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.runtime.entrypoint.ClusterEntrypoint;
import org.apache.flink.runtime.resourcemanager.StandaloneResourceManagerFactory;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.flink.runtime.util.JvmShutdownSafeguard;
import org.apache.flink.runtime.util.SignalHandler;

/**
 * The main class of a job manager in application mode. Flink's own, {@code
 * StandaloneApplicationClusterEntryPoint}, is in no artifact of a Maven repository; it does the
 * same.
 */
@SuppressWarnings("try") // what its parent declares
public final class ApplicationMain extends ApplicationClusterEntryPoint {

  private ApplicationMain(Configuration configuration, PackagedProgram program) {
    super(configuration, program, StandaloneResourceManagerFactory.getInstance());
  }

  /**
   * Takes the directory of configuration, that of the job's jars, the job's main class, and then
   * the job's arguments.
   */
  public static void main(String[] args) throws Exception {
    EnvironmentInformation.logEnvironmentInfo(LOG, "job manager", args);
    SignalHandler.register(LOG);
    JvmShutdownSafeguard.installAsShutdownHook(LOG);
    Configuration configuration = GlobalConfiguration.loadConfiguration(args[0]);
    File jobJars = Path.of(args[1]).toFile();
    String[] arguments = List.of(args).subList(3, args.length).toArray(String[]::new);
    PackagedProgram program =
        DefaultPackagedProgramRetriever.create(jobJars, args[2], arguments, configuration)
            .getPackagedProgram();
    configureExecution(configuration, program);
    ClusterEntrypoint.runClusterEntrypoint(new ApplicationMain(configuration, program));
  }
}
