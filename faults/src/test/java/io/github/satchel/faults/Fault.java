package io.github.satchel.faults;

import io.github.satchel.testkit.ServiceProcesses.Service;
import io.github.satchel.testkit.process.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** What a nemesis does to a world: something breaks, and later is mended. */
enum Fault {
  TASK_MANAGER_KILLED {
    @Override
    void strike(World world, RandomGenerator random) throws Exception {
      pick(world.taskManagers(), random).kill();
    }

    @Override
    void heal(World world, RandomGenerator random) {
      // It is started again at once.
    }
  },
  /** For longer than its heartbeat may fail, so that another task manager takes over. */
  TASK_MANAGER_STOPPED {
    @Override
    void strike(World world, RandomGenerator random) throws Exception {
      signal(world.taskManagers().get(0), "STOP");
    }

    @Override
    void heal(World world, RandomGenerator random) throws Exception {
      signal(world.taskManagers().get(0), "CONT");
    }
  },
  JOB_MANAGER_KILLED {
    @Override
    void strike(World world, RandomGenerator random) throws Exception {
      world.flink().jobManager().kill();
    }

    @Override
    void heal(World world, RandomGenerator random) {
      // It is started again at once.
    }
  },
  JOB_MANAGER_STOPPED {
    @Override
    void strike(World world, RandomGenerator random) throws Exception {
      signal(world.flink().jobManager(), "STOP");
    }

    @Override
    void heal(World world, RandomGenerator random) throws Exception {
      signal(world.flink().jobManager(), "CONT");
    }
  },
  EVERYTHING_OF_FLINK_KILLED {
    @Override
    void strike(World world, RandomGenerator random) throws Exception {
      world.flink().jobManager().kill();
      for (JavaProcess taskManager : world.taskManagers()) {
        taskManager.kill();
      }
    }

    @Override
    void heal(World world, RandomGenerator random) {
      // It is started again at once.
    }
  },
  ZOOKEEPER_STOPPED {
    @Override
    void strike(World world, RandomGenerator random) throws Exception {
      signal(world.zooKeeper(), "STOP");
    }

    @Override
    void heal(World world, RandomGenerator random) throws Exception {
      signal(world.zooKeeper(), "CONT");
    }
  },
  BROKER_KILLED {
    @Override
    void strike(World world, RandomGenerator random) throws Exception {
      world.services().process(Service.KAFKA).kill();
    }

    @Override
    void heal(World world, RandomGenerator random) throws Exception {
      world.services().restart(Service.KAFKA);
    }
  },
  BROKER_SLOW {
    @Override
    void strike(World world, RandomGenerator random) {
      slow(world.proxy(Service.KAFKA), random);
    }

    @Override
    void heal(World world, RandomGenerator random) {
      world.proxy(Service.KAFKA).heal();
    }
  },
  BROKER_STOPPED {
    @Override
    void strike(World world, RandomGenerator random) throws Exception {
      signal(world.services().process(Service.KAFKA), "STOP");
    }

    @Override
    void heal(World world, RandomGenerator random) throws Exception {
      signal(world.services().process(Service.KAFKA), "CONT");
    }
  },
  S3_KILLED {
    @Override
    void strike(World world, RandomGenerator random) throws Exception {
      world.services().process(Service.S3).kill();
    }

    @Override
    void heal(World world, RandomGenerator random) throws Exception {
      world.services().restart(Service.S3);
    }
  },
  S3_STOPPED {
    @Override
    void strike(World world, RandomGenerator random) throws Exception {
      signal(world.services().process(Service.S3), "STOP");
    }

    @Override
    void heal(World world, RandomGenerator random) throws Exception {
      signal(world.services().process(Service.S3), "CONT");
    }
  },
  S3_ANSWERS_500 {
    @Override
    void strike(World world, RandomGenerator random) {
      world.proxy(Service.S3).failRequests();
    }

    @Override
    void heal(World world, RandomGenerator random) {
      world.proxy(Service.S3).heal();
    }
  },
  S3_SLOW {
    @Override
    void strike(World world, RandomGenerator random) {
      slow(world.proxy(Service.S3), random);
    }

    @Override
    void heal(World world, RandomGenerator random) {
      world.proxy(Service.S3).heal();
    }
  },
  TRAINER_STOPPED {
    @Override
    void strike(World world, RandomGenerator random) throws Exception {
      signal(world.services().process(Service.TRAINER), "STOP");
    }

    @Override
    void heal(World world, RandomGenerator random) throws Exception {
      signal(world.services().process(Service.TRAINER), "CONT");
    }
  },
  TRAINER_KILLED {
    @Override
    void strike(World world, RandomGenerator random) throws Exception {
      world.services().process(Service.TRAINER).kill();
    }

    @Override
    void heal(World world, RandomGenerator random) throws Exception {
      world.services().restart(Service.TRAINER);
    }
  },
  /** Resets whoever connects, in the middle of what it is told. */
  TRAINER_GONE {
    @Override
    void strike(World world, RandomGenerator random) {
      world.proxy(Service.TRAINER).cut();
    }

    @Override
    void heal(World world, RandomGenerator random) {
      world.proxy(Service.TRAINER).heal();
    }
  },
  TRAINER_SLOW {
    @Override
    void strike(World world, RandomGenerator random) {
      world.proxy(Service.TRAINER).delay(Duration.ofMillis(200L + random.nextInt(2_000)));
    }

    @Override
    void heal(World world, RandomGenerator random) {
      world.proxy(Service.TRAINER).heal();
    }
  },
  /** Connections break again and again, in the middle of whatever they carry. */
  CONNECTIONS_CUT {
    @Override
    void strike(World world, RandomGenerator random) {
      for (Service service : Service.values()) {
        world.proxy(service).resetAll();
      }
      world.toJobManager().resetAll();
    }

    @Override
    void heal(World world, RandomGenerator random) {
      strike(world, random);
    }
  },
  /** What task managers tell the job manager does not arrive, heartbeats neither. */
  JOB_MANAGER_HEARS_NOTHING {
    @Override
    void strike(World world, RandomGenerator random) {
      world.toJobManager().stall();
    }

    @Override
    void heal(World world, RandomGenerator random) {
      world.toJobManager().heal();
    }
  },
  PICTURES_STALL {
    @Override
    void strike(World world, RandomGenerator random) {
      world.proxy(Service.PICTURES).stall();
    }

    @Override
    void heal(World world, RandomGenerator random) {
      world.proxy(Service.PICTURES).heal();
    }
  },
  /**
   * No file may grow (RLIMIT_FSIZE), so that RocksDB and whatever else writes to a disk of the task
   * manager is told that it cannot, as on a full disk.
   */
  DISK_FULL {
    @Override
    void strike(World world, RandomGenerator random) throws Exception {
      for (JavaProcess taskManager : world.taskManagers()) {
        run("prlimit", "--pid", String.valueOf(taskManager.pid()), "--fsize=0:");
      }
    }

    @Override
    void heal(World world, RandomGenerator random) throws Exception {
      for (JavaProcess taskManager : world.taskManagers()) {
        run("prlimit", "--pid", String.valueOf(taskManager.pid()), "--fsize=unlimited:");
      }
    }
  },
  /** The bucket of checkpoints is away, and that of archives is not. */
  CHECKPOINTS_FAIL {
    @Override
    void strike(World world, RandomGenerator random) throws IOException {
      Files.move(world.checkpoints(), away(world));
    }

    @Override
    void heal(World world, RandomGenerator random) throws IOException {
      Files.move(away(world), world.checkpoints());
    }

    private Path away(World world) {
      return world.checkpoints().resolveSibling("away");
    }
  },
  /** By up to a minute, in either direction, and back again; where libfaketime is. */
  CLOCK_JUMPS {
    @Override
    boolean possible() {
      return FakeClock.available();
    }

    @Override
    void strike(World world, RandomGenerator random) throws IOException {
      world.clock().jump(Duration.ofSeconds(random.nextInt(-60, 61)));
    }

    @Override
    void heal(World world, RandomGenerator random) throws IOException {
      world.clock().jump(Duration.ZERO);
    }
  },
  RESCALED {
    @Override
    void strike(World world, RandomGenerator random) throws Exception {
      rescale(world, 1 + random.nextInt(3));
    }

    @Override
    void heal(World world, RandomGenerator random) throws Exception {
      rescale(world, 1 + random.nextInt(3));
    }
  },
  STOPPED_WITH_SAVEPOINT {
    @Override
    void strike(World world, RandomGenerator random) throws Exception {
      world.restartFromSavepoint(1 + random.nextInt(3));
    }

    @Override
    void heal(World world, RandomGenerator random) {
      // It has gone on by itself.
    }
  };

  /** Whether this machine has what it takes. */
  boolean possible() {
    return true;
  }

  /** Breaks something. */
  abstract void strike(World world, RandomGenerator random) throws Exception;

  /** Mends it. */
  abstract void heal(World world, RandomGenerator random) throws Exception;

  /** Has every vertex run with another parallelism. */
  static void rescale(World world, int parallelism) throws IOException {
    Map<String, Integer> all = new HashMap<>();
    world.flink().rest().vertices().forEach(vertex -> all.put(vertex.id(), parallelism));
    world.flink().rest().rescale(all);
  }

  private static void slow(TcpProxy proxy, RandomGenerator random) {
    if (random.nextBoolean()) {
      proxy.delay(Duration.ofMillis(100L + random.nextInt(900)));
    } else {
      proxy.throttle(20_000 + random.nextInt(200_000));
    }
  }

  private static JavaProcess pick(List<JavaProcess> processes, RandomGenerator random) {
    return processes.get(random.nextInt(processes.size()));
  }

  private static void signal(JavaProcess process, String signal)
      throws IOException, InterruptedException {
    run("kill", "-" + signal, String.valueOf(process.pid()));
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).inheritIO().start();
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + " ended with " + process.exitValue());
    }
  }
}
