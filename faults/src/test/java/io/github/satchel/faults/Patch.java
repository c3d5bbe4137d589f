package io.github.satchel.faults;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * A change of the job's source that a test makes to a copy of what is deployed: a bug that is put
 * back, or something that goes wrong on demand. Production has no switch for either.
 *
 * @param source of a class, from the root of the repository
 * @param pattern of a place in it, a regular expression, found exactly once
 * @param replacement of all that it matches, which may refer to its groups
 */
record Patch(String source, String pattern, String replacement) {

  private static final Path ROOT = Path.of("..");
  private static final String SOURCES = "src/main/java/";

  /**
   * Makes a Flink whose job is patched.
   *
   * @param home Flink with the job, as the build leaves it
   * @param copy of it, which is made and refers to the original for all but the job
   * @throws IOException if a source has changed so that a patch fits no more
   */
  static Path apply(List<Patch> patches, Path home, Path copy) throws IOException {
    Path usrlib = Files.createDirectories(copy.resolve("usrlib"));
    for (String part : List.of("lib", "plugins")) {
      Files.createSymbolicLink(copy.resolve(part), home.resolve(part).toRealPath());
    }
    List<Path> jars = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(home.resolve("usrlib"), "*.jar")) {
      for (Path file : files) {
        jars.add(Files.copy(file, usrlib.resolve(file.getFileName())));
      }
    }
    Path classes = Files.createDirectories(copy.resolve("classes"));
    compile(patched(patches), jars, home, classes);
    for (Path jar : jars) {
      replace(classes, jar);
    }
    return copy;
  }

  /**
   * The text of each source, with all the patches of it.
   *
   * @throws IOException if a source has changed so that a patch fits no more
   */
  static Map<String, String> patched(List<Patch> patches) throws IOException {
    Map<String, String> sources = new LinkedHashMap<>();
    for (Patch patch : patches) {
      String text = sources.get(patch.source);
      if (text == null) {
        text = Files.readString(ROOT.resolve(patch.source));
      }
      Matcher matcher = Pattern.compile(patch.pattern).matcher(text);
      if (matcher.results().count() != 1) {
        throw new IOException(
            "%s is there %d times in %s: the test has to follow what changed there"
                .formatted(patch.pattern, matcher.reset().results().count(), patch.source));
      }
      sources.put(patch.source, matcher.reset().replaceFirst(patch.replacement));
    }
    return sources;
  }

  private static void compile(Map<String, String> sources, List<Path> jars, Path home, Path classes)
      throws IOException {
    List<String> classPath = new ArrayList<>(jars.stream().map(Path::toString).toList());
    classPath.add(home.resolve("lib") + "/*");
    classPath.add(System.getProperty("java.class.path")); // for annotations
    List<String> options =
        List.of(
            "-cp",
            String.join(File.pathSeparator, classPath),
            "-d",
            classes.toString(),
            "-proc:none",
            "-parameters",
            "-nowarn");
    List<Source> units = new ArrayList<>();
    sources.forEach((path, text) -> units.add(new Source(path, text)));
    JavaCompiler compiler =
        Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "no JDK, only a JRE");
    StringWriter output = new StringWriter();
    if (!compiler.getTask(output, null, null, options, null, units).call()) {
      throw new IOException("The patched source does not compile:\n" + output);
    }
  }

  private static void replace(Path classes, Path jar) throws IOException {
    try (FileSystem inside = FileSystems.newFileSystem(jar);
        Stream<Path> compiled = Files.walk(classes)) {
      for (Path file : compiled.filter(Files::isRegularFile).toList()) {
        Path entry = inside.getPath(classes.relativize(file).toString());
        if (Files.exists(entry)) {
          Files.copy(file, entry, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  private static final class Source extends SimpleJavaFileObject {

    private final String text;

    Source(String path, String text) {
      super(
          URI.create("string:///" + path.substring(path.indexOf(SOURCES) + SOURCES.length())),
          JavaFileObject.Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
