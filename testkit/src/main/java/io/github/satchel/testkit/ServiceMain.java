package io.github.satchel.testkit;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.satchel.testkit.ServiceProcesses.Service;
import java.util.concurrent.CountDownLatch;

/** The main class of a process with one of the services. */
public final class ServiceMain {

  /** What standard output says when the service takes calls. */
  static final String READY = "ready";

  private ServiceMain() {}

  /** Takes the service's name, its port, and the settings as JSON. */
  public static void main(String[] args) throws Exception {
    ServiceSettings settings =
        JsonMapper.builder().build().readValue(args[2], ServiceSettings.class);
    LocalServices.Builder services = settings.services(Integer.parseInt(args[1]));
    AutoCloseable service =
        switch (Service.valueOf(args[0])) {
          case KAFKA -> services.startKafka();
          case S3 -> services.startS3();
          case PICTURES -> services.startPictures();
          case TRAINER -> services.startWatson();
        };
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(service), "satchel-close"));
    System.out.println(READY);
    new CountDownLatch(1).await();
  }

  private static void close(AutoCloseable service) {
    try {
      service.close();
    } catch (Exception e) {
      System.err.println("Not closed: " + e);
    }
  }
}
