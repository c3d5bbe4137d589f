package io.github.satchel.faults;

import static io.github.satchel.testkit.ServiceProcesses.Service.KAFKA;
import static io.github.satchel.testkit.ServiceProcesses.Service.PICTURES;
import static io.github.satchel.testkit.ServiceProcesses.Service.S3;
import static io.github.satchel.testkit.ServiceProcesses.Service.TRAINER;

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
@SuppressWarnings("ImmutableEnumChecker") // what is done to a world has no state
enum Fault {
  TASK_MANAGER_KILLED((world, random) -> pick(world.taskManagers(), random).kill()),
  /** For longer than its heartbeat may fail, so that another task manager takes over. */
  TASK_MANAGER_STOPPED(
      stop(world -> world.taskManagers().get(0)), resume(world -> world.taskManagers().get(0))),
  JOB_MANAGER_KILLED((world, random) -> world.flink().jobManager().kill()),
  JOB_MANAGER_STOPPED(
      stop(world -> world.flink().jobManager()), resume(world -> world.flink().jobManager())),
  EVERYTHING_OF_FLINK_KILLED(
      (world, random) -> {
        world.flink().jobManager().kill();
        world.killTaskManagers();
      }),
  ZOOKEEPER_STOPPED(stop(World::zooKeeper), resume(World::zooKeeper)),
  BROKER_KILLED(kill(KAFKA), restart(KAFKA)),
  BROKER_SLOW(slow(KAFKA), pass(KAFKA)),
  BROKER_STOPPED(stop(process(KAFKA)), resume(process(KAFKA))),
  S3_KILLED(kill(S3), restart(S3)),
  S3_STOPPED(stop(process(S3)), resume(process(S3))),
  S3_ANSWERS_500((world, random) -> world.proxy(S3).failRequests(), pass(S3)),
  S3_SLOW(slow(S3), pass(S3)),
  /** Nothing can be removed; all else works. */
  S3_REFUSES_REMOVALS((world, random) -> world.proxy(S3).refuse(Fault::isRemoval), pass(S3)),
  TRAINER_STOPPED(stop(process(TRAINER)), resume(process(TRAINER))),
  TRAINER_KILLED(kill(TRAINER), restart(TRAINER)),
  /** Resets whoever connects, in the middle of what it is told. */
  TRAINER_GONE((world, random) -> world.proxy(TRAINER).cut(), pass(TRAINER)),
  TRAINER_SLOW(
      (world, random) ->
          world.proxy(TRAINER).delay(Duration.ofMillis(200L + random.nextInt(2_000))),
      pass(TRAINER)),
  /**
   * All task managers are killed when a classifier is about to be created, or has been and the job
   * does not know yet: its journal says that a create was begun.
   */
  KILLED_BETWEEN_CREATE_AND_JOURNAL(
      (world, random) -> {
        if (random.nextBoolean()) {
          world.proxy(TRAINER).beforeRequest(Fault::isCreate, world::killTaskManagers);
        } else {
          world.proxy(TRAINER).beforeAnswer(Fault::isCreate, world::killTaskManagers);
        }
      },
      (world, random) -> {
        boolean missed = world.proxy(TRAINER).isWaiting();
        world.proxy(TRAINER).heal();
        if (missed) {
          throw new IOException("no classifier was created in that time");
        }
      }),
  /** Connections break again and again, in the middle of whatever they carry. */
  CONNECTIONS_CUT(Fault::cutAll, Fault::cutAll),
  /** What task managers tell the job manager does not arrive, heartbeats neither. */
  JOB_MANAGER_HEARS_NOTHING(
      (world, random) -> world.toJobManager().stall(),
      (world, random) -> world.toJobManager().heal()),
  PICTURES_STALL((world, random) -> world.proxy(PICTURES).stall(), pass(PICTURES)),
  /** Two requests come that hold a picture at which a decoder hangs for ever. */
  DECODERS_HANG((world, random) -> world.sendHangingPictures(2)),
  /**
   * No file may grow (RLIMIT_FSIZE), so that RocksDB and whatever else writes to a disk of the task
   * manager is told that it cannot, as on a full disk.
   */
  DISK_FULL(limitFiles("0"), limitFiles("unlimited")),
  /** The bucket of checkpoints is away, and that of archives is not. */
  CHECKPOINTS_FAIL(
      (world, random) -> Files.move(world.checkpoints(), away(world)),
      (world, random) -> Files.move(away(world), world.checkpoints())),
  /** By up to a minute, in either direction, and back again; where libfaketime is. */
  CLOCK_JUMPS(
      (world, random) -> world.clock().jump(upToAMinute(random)),
      (world, random) -> world.clock().jump(Duration.ZERO)) {
    @Override
    boolean possible() {
      return FakeClock.available();
    }
  },
  RESCALED(Fault::rescale, Fault::rescale),
  /** Each vertex to a parallelism of its own. */
  RESCALED_UNEVENLY(Fault::rescaleUnevenly, Fault::rescaleUnevenly),
  STOPPED_WITH_SAVEPOINT((world, random) -> restart(world, random, Map.of(), () -> {})),
  /** Every setting that is free to change does so while the job is stopped. */
  SETTINGS_CHANGED((world, random) -> restart(world, random, FreeSettings.any(random), () -> {})),
  /** A job is started from a savepoint at another time of day than it should be. */
  CLOCK_JUMPS_OVER_SAVEPOINT(
      (world, random) ->
          restart(world, random, Map.of(), () -> world.clock().jump(upToAMinute(random))),
      (world, random) ->
          restart(world, random, Map.of(), () -> world.clock().jump(Duration.ZERO))) {
    @Override
    boolean possible() {
      return FakeClock.available();
    }
  };

  private final Action strike;
  private final Action heal;

  /** Something done to a world. */
  @FunctionalInterface
  private interface Action {
    void on(World world, RandomGenerator random) throws Exception;
  }

  /** A process of a world. */
  @FunctionalInterface
  private interface Target {
    JavaProcess in(World world);
  }

  /** What mends itself. */
  Fault(Action strike) {
    this(strike, (world, random) -> {});
  }

  Fault(Action strike, Action heal) {
    this.strike = strike;
    this.heal = heal;
  }

  /** Whether this machine has what it takes. */
  boolean possible() {
    return true;
  }

  /** Breaks something. */
  void strike(World world, RandomGenerator random) throws Exception {
    strike.on(world, random);
  }

  /** Mends it. */
  void heal(World world, RandomGenerator random) throws Exception {
    heal.on(world, random);
  }

  private static Target process(Service service) {
    return world -> world.services().process(service);
  }

  private static Action stop(Target target) {
    return (world, random) -> signal(target.in(world), "STOP");
  }

  private static Action resume(Target target) {
    return (world, random) -> signal(target.in(world), "CONT");
  }

  private static Action kill(Service service) {
    return (world, random) -> world.services().process(service).kill();
  }

  private static Action restart(Service service) {
    return (world, random) -> world.services().restart(service);
  }

  private static Action pass(Service service) {
    return (world, random) -> world.proxy(service).heal();
  }

  private static Action slow(Service service) {
    return (world, random) -> {
      TcpProxy proxy = world.proxy(service);
      if (random.nextBoolean()) {
        proxy.delay(Duration.ofMillis(100L + random.nextInt(900)));
      } else {
        proxy.throttle(20_000 + random.nextInt(200_000));
      }
    };
  }

  private static Action limitFiles(String bytes) {
    return (world, random) -> {
      for (JavaProcess taskManager : world.taskManagers()) {
        run("prlimit", "--pid", String.valueOf(taskManager.pid()), "--fsize=" + bytes + ":");
      }
    };
  }

  private static void cutAll(World world, RandomGenerator random) {
    for (Service service : Service.values()) {
      world.proxy(service).resetAll();
    }
    world.toJobManager().resetAll();
  }

  private static void rescale(World world, RandomGenerator random) throws IOException {
    rescale(world, 1 + random.nextInt(3));
  }

  /** Has every vertex run with another parallelism. */
  static void rescale(World world, int parallelism) throws IOException {
    Map<String, Integer> all = new HashMap<>();
    world.flink().rest().vertices().forEach(vertex -> all.put(vertex.id(), parallelism));
    world.flink().rest().rescale(all);
  }

  private static void rescaleUnevenly(World world, RandomGenerator random) throws IOException {
    Map<String, Integer> all = new HashMap<>();
    world
        .flink()
        .rest()
        .vertices()
        .forEach(vertex -> all.put(vertex.id(), 1 + random.nextInt(world.slots())));
    world.flink().rest().rescale(all);
  }

  private static void restart(
      World world,
      RandomGenerator random,
      Map<String, String> settings,
      Periodic.Action whileStopped)
      throws Exception {
    world.restartFromSavepoint(1 + random.nextInt(3), settings, whileStopped);
  }

  /** Of a single object or of many. */
  private static boolean isRemoval(String requestLine) {
    return requestLine.startsWith("DELETE ")
        || (requestLine.startsWith("POST ") && requestLine.contains("?delete"));
  }

  private static boolean isCreate(String requestLine) {
    return requestLine.startsWith("POST /v3/classifiers");
  }

  private static Duration upToAMinute(RandomGenerator random) {
    return Duration.ofSeconds(random.nextInt(-60, 61));
  }

  private static Path away(World world) {
    return world.checkpoints().resolveSibling("away");
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
