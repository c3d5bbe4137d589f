package io.github.satchel.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a request says besides its pictures, when these come from a directory or a CSV file. */
final class DraftOptions {

  @Option(
      names = "--base-url",
      paramLabel = "URL",
      description =
          "For a directory: its address on the web. Pictures are fetched from URL/LABEL/PICTURE.")
  private @Nullable String baseUrl;

  @Option(
      names = "--project",
      paramLabel = "ID",
      description = "The projectId. Default: the name of the directory or file.")
  private @Nullable String project;

  @Option(names = "--name", description = "The project's display name. Default: the projectId.")
  private @Nullable String name;

  @Option(
      names = "--credentials",
      split = ",",
      paramLabel = "NAME",
      description =
          "Credentials to try, in this order. Without any, the archives stay in the store.")
  private List<String> credentials = List.of();

  @Nullable String baseUrl() {
    return baseUrl;
  }

  @Nullable String project() {
    return project;
  }

  @Nullable String name() {
    return name;
  }

  List<String> credentials() {
    return credentials;
  }
}
