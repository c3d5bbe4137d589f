package io.github.satchel.local.s3;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
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
  private S3Plugin() {}

  /**
   * Flink's settings to reach a local S3 server.
   *
   * @param endpoint its URL
   */
  public static Map<String, String> settings(String endpoint) {
    return Map.of(
        "s3.endpoint",
        endpoint,
        "s3.path.style.access",
        "true",
        "s3.access-key",
        LocalS3.ACCESS_KEY,
        "s3.secret-key",
        LocalS3.SECRET_KEY);
  }

  /**
   * Finds the plug-ins and makes their file systems known to this process. Call it before a mini
   * cluster starts, and give the mini cluster what it returns.
   *
   * @param plugins Flink's plug-in directory: one sub-directory a plug-in, with its jars
   * @param configuration Flink's configuration, with {@link #settings}
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
