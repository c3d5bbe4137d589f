package io.github.satchel.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a request says beside its pictures, where these come from a directory or a CSV file. */
final class DraftOptions {

  @Option(
      names = "--base-url",
      paramLabel = "URL",
      description =
          "Of a directory: where it is on the web; LABEL/PICTURE below it is fetched from there.")
  private @Nullable String baseUrl;

  @Option(
      names = "--project",
      paramLabel = "ID",
      description = "The projectId (the name of the directory or file).")
  private @Nullable String project;

  @Option(names = "--name", description = "The project's name, for people (the projectId).")
  private @Nullable String name;

  @Option(
      names = "--credentials",
      split = ",",
      paramLabel = "NAME",
      description =
          "Credentials to train with, in this order; without any, the archives stay in the store.")
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
