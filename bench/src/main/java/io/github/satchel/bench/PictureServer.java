package io.github.satchel.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * A plain web server of pictures, in a process of its own so that its work is not counted as that
 * of the fetch stage. It has hosts 127.0.1.1, 127.0.1.2, …, all on one port, and on 127.0.2.1 a
 * host that takes connections and never answers. It ends with its standard input.
 */
@Command(name = "picture-server")
final class PictureServer implements Callable<Integer> {

  private static final int BACKLOG = 4096;

  @Option(names = "--pictures")
  private int pictures;

  @Option(names = "--bytes")
  private int bytes;

  @Option(names = "--directory")
  private @Nullable Path directory;

  @Option(names = "--latency", description = "Milliseconds before each response.")
  private long latencyMillis;

  @Option(names = "--hosts")
  private int hosts;

  private PictureServer() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new PictureServer()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    Path served = directory;
    Gallery gallery = served == null ? Gallery.madeUp(pictures, bytes) : Gallery.of(served);
    Map<String, Integer> byPath =
        IntStream.range(0, gallery.names().size())
            .boxed()
            .collect(
                Collectors.toMap(index -> "/" + gallery.names().get(index), Function.identity()));
    Gallery.Reader reader = gallery.reader();
    int port = 0;
    for (int host = 1; host <= hosts; host++) {
      HttpServer server =
          HttpServer.create(new InetSocketAddress("127.0.1." + host, port), BACKLOG);
      server.setExecutor(Executors.newCachedThreadPool());
      server.createContext("/", exchange -> answer(exchange, byPath, reader));
      server.start();
      port = server.getAddress().getPort();
    }
    // The kernel takes connections, and nobody them from the kernel.
    try (ServerSocket dead = new ServerSocket(port, BACKLOG, InetAddress.getByName("127.0.2.1"))) {
      System.out.println(dead.getLocalPort());
      return System.in.read() < 0 ? 0 : 1;
    }
  }

  private void answer(HttpExchange exchange, Map<String, Integer> byPath, Gallery.Reader reader)
      throws IOException {
    try (exchange) {
      LockSupport.parkNanos(1_000_000 * latencyMillis);
      Integer index = byPath.get(exchange.getRequestURI().getPath());
      if (index == null) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      long length = reader.length(index);
      exchange.sendResponseHeaders(200, length == 0 ? -1 : length);
      reader.write(index, exchange.getResponseBody());
    }
  }

  /** A server that runs. */
  record Site(Process process, Gallery gallery, int hosts, int port) implements AutoCloseable {

    static Site start(Gallery gallery, int hosts, long latencyMillis) throws IOException {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(List.of("-Xmx1g", "-Dsun.net.httpserver.nodelay=true"));
      command.addAll(List.of("-cp", System.getProperty("java.class.path")));
      command.add(PictureServer.class.getName());
      command.addAll(List.of("--hosts", "" + hosts, "--latency", "" + latencyMillis));
      String directory = gallery.directory();
      command.addAll(
          directory == null
              ? List.of("--pictures", "" + gallery.names().size(), "--bytes", "" + gallery.size())
              : List.of("--directory", directory));
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      BufferedReader out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      String port = out.readLine();
      if (port == null) {
        throw new IOException("the picture server did not start");
      }
      return new Site(process, gallery, hosts, Integer.parseInt(port));
    }

    String picture(int index) {
      return url("127.0.1." + (1 + index % hosts), gallery.names().get(index));
    }

    /** An address on the host that never answers. */
    String dead(int index) {
      return url("127.0.2.1", index + ".png");
    }

    private String url(String host, String name) {
      try {
        return new URI("http", null, host, port, "/" + name, null, null).toASCIIString();
      } catch (URISyntaxException e) {
        throw new IllegalArgumentException(e);
      }
    }

    @Override
    public void close() throws IOException {
      process.getOutputStream().close();
    }
  }
}
