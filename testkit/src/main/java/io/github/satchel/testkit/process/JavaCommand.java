package io.github.satchel.testkit.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How a Java process is started.
 *
 * @param name what its files and messages call it
 * @param flags of the virtual machine
 * @param classPath as {@code -cp} takes it
 * @param main the main class
 * @param environment variables on top of this process's own
 * @param directory where its output goes, as {@code <name>.out}
 */
public record JavaCommand(
    String name,
    List<String> flags,
    String classPath,
    String main,
    List<String> arguments,
    Map<String, String> environment,
    Path directory) {}
