package io.github.satchel.standalone;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.plugin.DefaultPluginManager;
import org.apache.flink.core.plugin.DirectoryBasedPluginFinder;
import org.apache.flink.core.plugin.PluginManager;

/**
 * Flink's {@code s3://} file system, loaded as a plug-in: its jar holds Jackson, Guava and an HTTP
 * client under their own names and cannot be on the class path.
 */
public final class S3Plugin {

  private static final String PROPERTY = "satchel.plugins";

  private S3Plugin() {}

  /** Flink's plug-in directory, as the script {@code satchel} and the build name it. */
  public static Path directory() {
    return Path.of(System.getProperty(PROPERTY, "plugins"));
  }

  /**
   * Finds the plug-ins and makes their file systems known to this process. Call it before a mini
   * cluster starts, and give the mini cluster what it returns.
   *
   * @param plugins Flink's plug-in directory: one sub-directory a plug-in, with its jars
   * @param configuration Flink's configuration, with the server's address and keys
   */
  public static PluginManager load(Path plugins, Configuration configuration) throws IOException {
    PluginManager manager =
        new DefaultPluginManager(
            new DirectoryBasedPluginFinder(plugins).findPlugins(),
            CoreOptions.getPluginParentFirstLoaderPatterns(configuration));
    FileSystem.initialize(configuration, manager);
    return manager;
  }
}
