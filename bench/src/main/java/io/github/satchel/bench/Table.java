package io.github.satchel.bench;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The figures of one output format, a row a class and one for all pictures. */
final class Table {

  private final String format;
  private final List<Measurement> measurements;
  private final List<Likeness> likenesses;

  Table(String format, List<Measurement> measurements, List<Likeness> likenesses) {
    this.format = format;
    this.measurements =
        measurements.stream().filter(measured -> measured.format().equals(format)).toList();
    this.likenesses = likenesses;
  }

  @Override
  public String toString() {
    var text = new StringBuilder("\n");
    text.append(format)
        .append(" out: CPU ms a picture (images a CPU-second against sharp's),")
        .append(" PSNR in dB and SSIM of PNG against sharp's\n");
    text.append(
        line("class", "n", "sharp", contestant -> contestant.name().toLowerCase(Locale.ROOT)));
    peers().forEach(peer -> text.append(row(peer)));
    return text.append(total()).toString();
  }

  private Stream<Measurement> peers() {
    return measurements.stream().filter(measured -> measured.contestant().equals(Sharp.NAME));
  }

  private String row(Measurement peer) {
    return line(
        peer.pictureClass(),
        Integer.toString(peer.pictures()),
        decimals(peer.cpuMillis()),
        contestant ->
            cell(
                peer.cpuMillis(),
                millis(contestant.name(), peer.pictureClass()),
                quality(contestant, peer.pictureClass())));
  }

  /** All pictures count alike, so that a class weighs what it has pictures. */
  private String total() {
    int pictures = peers().mapToInt(Measurement::pictures).sum();
    double peer = mean(Measurement::cpuMillis);
    String row =
        line(
            "all",
            Integer.toString(pictures),
            decimals(peer),
            contestant ->
                cell(
                    peer,
                    mean(of -> millis(contestant.name(), of.pictureClass())),
                    new Quality(
                        mean(of -> quality(contestant, of.pictureClass()).psnr()),
                        mean(of -> quality(contestant, of.pictureClass()).ssim()))));
    String rates =
        line(
            "a CPU-s",
            "",
            decimals(1000 / peer),
            contestant ->
                decimals(1000 / mean(of -> millis(contestant.name(), of.pictureClass()))));
    return row + rates;
  }

  private double mean(ToDoubleFunction<Measurement> ofClass) {
    double sum = peers().mapToDouble(of -> ofClass.applyAsDouble(of) * of.pictures()).sum();
    return sum / peers().mapToInt(Measurement::pictures).sum();
  }

  private double millis(String contestant, String pictureClass) {
    return measurements.stream()
        .filter(measured -> measured.contestant().equals(contestant))
        .filter(measured -> measured.pictureClass().equals(pictureClass))
        .findFirst()
        .orElseThrow()
        .cpuMillis();
  }

  private Quality quality(Contestant contestant, String pictureClass) {
    return likenesses.stream()
        .filter(likeness -> likeness.contestant() == contestant)
        .filter(likeness -> likeness.pictureClass().equals(pictureClass))
        .findFirst()
        .orElseThrow()
        .quality();
  }

  private static String line(
      String pictureClass, String pictures, String peer, Function<Contestant, String> cells) {
    return Stream.of(Contestant.values())
        .map(contestant -> String.format(Locale.ROOT, "%-30s", cells.apply(contestant)))
        .collect(
            Collectors.joining(
                " | ",
                String.format(Locale.ROOT, "%-9s %4s %8s | ", pictureClass, pictures, peer),
                "\n"));
  }

  private static String cell(double peer, double own, Quality quality) {
    return String.format(
        Locale.ROOT, "%8.2f (%4.2fx) %5.1f %6.4f", own, peer / own, quality.psnr(), quality.ssim());
  }

  private static String decimals(double number) {
    return String.format(Locale.ROOT, "%.2f", number);
  }
}
