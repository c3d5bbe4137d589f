package io.github.satchel.testkit.demo;

import io.github.satchel.client.RequestBuilder;
import io.github.satchel.contract.Event;
import io.github.satchel.contract.StoredImage;
import io.github.satchel.contract.TrainingLimits;
import io.github.satchel.testkit.LocalServices;
import io.github.satchel.testkit.pictures.PictureFault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Makes a class of pupils with different pictures: most from the web, some kept in object storage,
 * and a share of bad ones. The same seed makes the same class.
 */
final class SchoolClass {

  private static final List<String> ANIMALS =
      List.of("cat", "dog", "fish", "bird", "horse", "mouse", "snake", "frog");

  /** One image in this many is a stored one. */
  private static final int STORED_EACH = 5;

  private final LocalServices services;
  private final RandomGenerator random;
  private final String run;
  private final double faults;
  private final String onImageFailure;
  private long pictures;
  private int faultsUsed;

  /**
   * @param random decides which images are bad
   * @param run tells the requests of one demo from those of another
   * @param faults share of images that are bad, 0 to 1
   * @param onImageFailure {@code fail} or {@code skip}
   */
  SchoolClass(
      LocalServices services,
      RandomGenerator random,
      String run,
      double faults,
      String onImageFailure) {
    this.services = services;
    this.random = random;
    this.run = run;
    this.faults = faults;
    this.onImageFailure = onImageFailure;
  }

  /** Makes pupils, and puts their stored pictures into the store. */
  List<Pupil> pupils(int students, int labels, int images) {
    List<Pupil> pupils = new ArrayList<>();
    for (int i = 1; i <= students; i++) {
      pupils.add(pupil(i, labels, images));
    }
    return pupils;
  }

  private Pupil pupil(int number, int labels, int images) {
    String project = "project-" + number;
    String user = "pupil-" + number;
    RequestBuilder request =
        new RequestBuilder(run + "-" + number, project, user, "Animals of pupil " + number);
    Map<String, String> bad = new HashMap<>();
    boolean tooFew = false;
    for (int label = 0; label < labels; label++) {
      int before = bad.size();
      for (int i = 0; i < images; i++) {
        image(request, user, project, label(label), i, bad);
      }
      tooFew |= images - (bad.size() - before) < TrainingLimits.MIN_IMAGES;
    }
    request.watson("pool-1").onImageFailure(onImageFailure);
    boolean fails = onImageFailure.equals("skip") ? tooFew : !bad.isEmpty();
    return new Pupil(
        "pupil " + number,
        request.json(),
        labels * images,
        bad,
        fails ? Event.Type.FAILED : Event.Type.UPLOADED);
  }

  private static String label(int index) {
    String animal = ANIMALS.get(index % ANIMALS.size());
    return index < ANIMALS.size() ? animal : animal + index / ANIMALS.size();
  }

  private void image(
      RequestBuilder request,
      String user,
      String project,
      String label,
      int number,
      Map<String, String> bad) {
    long n = pictures++;
    String id = label + "-" + number + "-" + n;
    if (random.nextDouble() < faults) {
      PictureFault[] kinds = PictureFault.values();
      PictureFault fault = kinds[faultsUsed++ % kinds.length];
      request.download(label, id, services.pictures().faultUrl(fault, n));
      bad.put(id, fault.code());
    } else if (n % STORED_EACH == STORED_EACH - 1) {
      StoredImage stored = new StoredImage(id, project, user, "class-1");
      services
          .s3()
          .put(LocalServices.IMAGES_BUCKET, stored.key(), services.pictures().picture(n).bytes());
      request.retrieve(label, id, stored);
    } else {
      request.download(label, id, services.pictures().pictureUrl(n));
    }
  }
}
