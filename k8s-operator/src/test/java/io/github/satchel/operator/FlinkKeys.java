package io.github.satchel.operator;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.apache.flink.autoscaler.config.AutoScalerOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.kubernetes.configuration.KubernetesConfigOptions;
import org.apache.flink.kubernetes.operator.config.KubernetesOperatorConfigOptions;
import org.apache.flink.runtime.shuffle.ShuffleServiceOptions;
import org.apache.flink.state.rocksdb.RocksDBOptions;
import org.apache.flink.util.NetUtils;

/** The settings that Flink, its Kubernetes operator and its S3 file system have. */
final class FlinkKeys implements AutoCloseable {

  /** A class of each jar with options. */
  private static final List<Class<?>> ANCHORS =
      List.of(
          RestOptions.class,
          ShuffleServiceOptions.class,
          RocksDBOptions.class,
          KubernetesConfigOptions.class,
          AutoScalerOptions.class,
          KubernetesOperatorConfigOptions.class);

  /** What the operator calls them since 1.11; the newest artifact on Maven Central is older. */
  private static final Map<String, String> OLDER_NAMES =
      Map.of(
          "job.autoscaler.utilization.target", "job.autoscaler.target.utilization",
          "job.autoscaler.utilization.max", "job.autoscaler.target.utilization",
          "job.autoscaler.utilization.min", "job.autoscaler.target.utilization");

  private static final String PROMETHEUS = "metrics.reporter.prom.";
  private static final String HADOOP = "fs.s3a.";
  private static final String CREDENTIALS_PROVIDER = "fs.s3a.aws.credentials.provider";

  private final Map<String, ConfigOption<?>> options = new HashMap<>();
  private final Set<Object> hadoopKeys = new HashSet<>();
  private final URLClassLoader s3;

  /**
   * Reads them from the classes that declare them.
   *
   * @param s3Plugin the jar of Flink's S3 file system
   */
  FlinkKeys(File s3Plugin) throws ReflectiveOperationException, IOException {
    for (Class<?> anchor : ANCHORS) {
      for (Class<?> type : optionsClasses(anchor)) {
        for (Field field : type.getFields()) {
          if (field.getType() == ConfigOption.class) {
            ConfigOption<?> option = (ConfigOption<?>) Objects.requireNonNull(field.get(null));
            options.put(option.key(), option);
          }
        }
      }
    }
    s3 = new URLClassLoader(new URL[] {url(s3Plugin)}, null);
    for (Field field : s3.loadClass("org.apache.hadoop.fs.s3a.Constants").getFields()) {
      hadoopKeys.add(field.get(null));
    }
  }

  /** What is wrong with a setting. */
  Optional<String> problem(String key, String value) {
    if (key.startsWith("s3.")) {
      return hadoopProblem(HADOOP + key.substring("s3.".length()), value);
    } else if (key.startsWith(HADOOP)) {
      return hadoopProblem(key, value);
    } else if (key.equals(PROMETHEUS + "port")) { // no ConfigOption
      return parsed(key, value, () -> NetUtils.getPortRangeFromString(value).next());
    }
    ConfigOption<?> option =
        key.startsWith(PROMETHEUS)
            ? options.get(key.substring(PROMETHEUS.length()))
            : options.get(OLDER_NAMES.getOrDefault(key, key));
    if (option == null) {
      return Optional.of(key + " is no setting of Flink or its operator");
    }
    return parsed(
        key, value, () -> Configuration.fromMap(Map.of(option.key(), value)).getOptional(option));
  }

  private Optional<String> hadoopProblem(String key, String value) {
    if (!hadoopKeys.contains(key)) {
      return Optional.of(key + " is no setting of the S3 file system");
    } else if (key.equals(CREDENTIALS_PROVIDER)) {
      return parsed(key, value, () -> s3.loadClass(value));
    }
    return Optional.empty();
  }

  private static Optional<String> parsed(String key, String value, Parser parser) {
    try {
      parser.parse();
      return Optional.empty();
    } catch (Exception e) {
      return Optional.of(key + ": '" + value + "' is refused: " + e);
    }
  }

  private static Set<Class<?>> optionsClasses(Class<?> anchor)
      throws IOException, ClassNotFoundException {
    Set<Class<?>> classes = new HashSet<>();
    var location = anchor.getProtectionDomain().getCodeSource().getLocation();
    try (JarFile jar = new JarFile(new File(location.getPath()))) {
      for (ZipEntry entry : Collections.list(jar.entries())) {
        String name = entry.getName();
        if (name.endsWith("Options.class") && !name.contains("$")) {
          classes.add(
              Class.forName(
                  name.replace('/', '.').substring(0, name.length() - ".class".length())));
        }
      }
    }
    return classes;
  }

  private static URL url(File file) throws MalformedURLException {
    return file.toURI().toURL();
  }

  @Override
  public void close() throws IOException {
    s3.close();
  }

  @FunctionalInterface
  private interface Parser {
    void parse() throws Exception;
  }
}
