package io.github.satchel.testkit.pictures;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.geom.Arc2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Things that pupils draw, each in a square from -1 to 1: no two pictures of one are the same, and
 * the things can be told apart.
 */
public enum Subject {
  SUN {
    @Override
    void draw(Graphics2D graphics, SplittableRandom random) {
      graphics.setColor(colour(random, 0.12));
      double radius = 0.35 + 0.15 * random.nextDouble();
      graphics.fill(new Ellipse2D.Double(-radius, -radius, 2 * radius, 2 * radius));
      int rays = 8 + random.nextInt(7);
      for (int i = 0; i < rays; i++) {
        double angle = 2 * Math.PI * (i + 0.3 * random.nextDouble()) / rays;
        double end = 0.75 + 0.25 * random.nextDouble();
        graphics.draw(
            new Line2D.Double(
                1.15 * radius * Math.cos(angle),
                1.15 * radius * Math.sin(angle),
                end * Math.cos(angle),
                end * Math.sin(angle)));
      }
    }
  },
  HOUSE {
    @Override
    void draw(Graphics2D graphics, SplittableRandom random) {
      double width = 0.55 + 0.25 * random.nextDouble();
      double eaves = -0.25 + 0.3 * random.nextDouble();
      graphics.setColor(colour(random, random.nextDouble()));
      graphics.fill(new Rectangle2D.Double(-width, eaves, 2 * width, 0.95 - eaves));
      graphics.setColor(colour(random, 0.02));
      fill(graphics, -width - 0.15, eaves, 0, -0.95, width + 0.15, eaves);
      graphics.setColor(colour(random, 0.6));
      graphics.fill(new Rectangle2D.Double(-0.1, 0.5, 0.25, 0.45));
      for (int side = -1; side <= 1; side += 2) {
        graphics.fill(new Rectangle2D.Double(side * 0.6 * width - 0.1, eaves + 0.12, 0.22, 0.22));
      }
    }
  },
  TREE {
    @Override
    void draw(Graphics2D graphics, SplittableRandom random) {
      graphics.setColor(colour(random, 0.07).darker());
      graphics.fill(new Rectangle2D.Double(-0.1, 0, 0.2, 0.95));
      graphics.setColor(colour(random, 0.33));
      for (int i = 0; i < 7; i++) {
        double x = 0.9 * (random.nextDouble() - 0.5);
        double y = -0.45 + 0.7 * (random.nextDouble() - 0.5);
        double radius = 0.25 + 0.15 * random.nextDouble();
        graphics.fill(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
      }
    }
  },
  FISH {
    @Override
    void draw(Graphics2D graphics, SplittableRandom random) {
      double height = 0.3 + 0.2 * random.nextDouble();
      graphics.setColor(colour(random, random.nextDouble()));
      graphics.fill(new Ellipse2D.Double(-0.9, -height, 1.4, 2 * height));
      fill(graphics, 0.35, 0, 0.95, -1.2 * height, 0.95, 1.2 * height);
      graphics.setColor(Color.WHITE);
      graphics.fill(new Ellipse2D.Double(-0.7, -0.18, 0.18, 0.18));
      graphics.setColor(Color.BLACK);
      graphics.fill(new Ellipse2D.Double(-0.66, -0.14, 0.09, 0.09));
    }
  },
  FLOWER {
    @Override
    void draw(Graphics2D graphics, SplittableRandom random) {
      graphics.setColor(colour(random, 0.35).darker());
      graphics.draw(new Line2D.Double(0, 0, 0.1 * random.nextDouble(), 1));
      graphics.setColor(colour(random, 0.8 + 0.15 * random.nextDouble()));
      int petals = 5 + random.nextInt(3);
      for (int i = 0; i < petals; i++) {
        double angle = 2 * Math.PI * i / petals;
        double x = 0.4 * Math.cos(angle);
        double y = 0.4 * Math.sin(angle) - 0.3;
        graphics.fill(new Ellipse2D.Double(x - 0.25, y - 0.25, 0.5, 0.5));
      }
      graphics.setColor(colour(random, 0.14));
      graphics.fill(new Ellipse2D.Double(-0.22, -0.52, 0.44, 0.44));
    }
  },
  BOAT {
    @Override
    void draw(Graphics2D graphics, SplittableRandom random) {
      graphics.setColor(colour(random, 0.58));
      graphics.fill(new Rectangle2D.Double(-1, 0.6, 2, 0.4));
      graphics.setColor(colour(random, 0.06).darker());
      graphics.fill(new Arc2D.Double(-0.8, 0, 1.6, 1.2, 180, 180, Arc2D.PIE));
      graphics.draw(new Line2D.Double(0, 0.6, 0, -0.9));
      graphics.setColor(colour(random, random.nextDouble()));
      fill(graphics, 0.06, -0.85, 0.06, 0.45, 0.5 + 0.3 * random.nextDouble(), 0.45);
      fill(graphics, -0.06, -0.6, -0.06, 0.45, -0.4 - 0.2 * random.nextDouble(), 0.45);
    }
  },
  STAR {
    @Override
    void draw(Graphics2D graphics, SplittableRandom random) {
      graphics.setColor(colour(random, 0.15));
      var star = new Path2D.Double();
      for (int i = 0; i < 10; i++) {
        double radius = i % 2 == 0 ? 0.95 : 0.35 + 0.1 * random.nextDouble();
        double angle = Math.PI * i / 5;
        if (i == 0) {
          star.moveTo(0, -radius);
        } else {
          star.lineTo(radius * Math.sin(angle), -radius * Math.cos(angle));
        }
      }
      star.closePath();
      graphics.fill(star);
    }
  },
  CAR {
    @Override
    void draw(Graphics2D graphics, SplittableRandom random) {
      graphics.setColor(colour(random, random.nextDouble()));
      graphics.fill(new Rectangle2D.Double(-0.95, -0.05, 1.9, 0.45));
      graphics.fill(new Rectangle2D.Double(-0.55, -0.45, 1.0 + 0.2 * random.nextDouble(), 0.45));
      graphics.setColor(new Color(0xcfe8ff));
      graphics.fill(new Rectangle2D.Double(-0.45, -0.38, 0.38, 0.3));
      graphics.fill(new Rectangle2D.Double(0.05, -0.38, 0.35, 0.3));
      graphics.setColor(Color.DARK_GRAY);
      for (int side = -1; side <= 1; side += 2) {
        graphics.fill(new Ellipse2D.Double(side * 0.55 - 0.22, 0.2, 0.44, 0.44));
      }
    }
  };

  /** Draws one; the pen is set. */
  abstract void draw(Graphics2D graphics, SplittableRandom random);

  /** What a pupil calls the label. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Draws one somewhere in a square picture, on a ground of any pale colour. */
  void paint(Graphics2D graphics, int side, SplittableRandom random) {
    graphics.setColor(
        Color.getHSBColor(
            (float) random.nextDouble(),
            (float) (0.3 * random.nextDouble()),
            (float) (0.75 + 0.25 * random.nextDouble())));
    graphics.fillRect(0, 0, side, side);
    double size = side * (0.25 + 0.2 * random.nextDouble());
    double room = side - 2 * size;
    var place = new AffineTransform();
    place.translate(size + room * random.nextDouble(), size + room * random.nextDouble());
    place.rotate(0.3 * (random.nextDouble() - 0.5));
    place.scale(size * (0.85 + 0.3 * random.nextDouble()), size);
    graphics.transform(place);
    graphics.setStroke(
        new BasicStroke(
            (float) (0.05 + 0.05 * random.nextDouble()),
            BasicStroke.CAP_ROUND,
            BasicStroke.JOIN_ROUND));
    draw(graphics, random);
  }

  /**
   * A colour near a hue.
   *
   * @param hue from 0 to 1
   */
  private static Color colour(SplittableRandom random, double hue) {
    return Color.getHSBColor(
        (float) (hue + 0.06 * (random.nextDouble() - 0.5)),
        (float) (0.6 + 0.4 * random.nextDouble()),
        (float) (0.6 + 0.4 * random.nextDouble()));
  }

  private static void fill(Graphics2D graphics, double... points) {
    var triangle = new Path2D.Double();
    triangle.moveTo(points[0], points[1]);
    for (int i = 2; i < points.length; i += 2) {
      triangle.lineTo(points[i], points[i + 1]);
    }
    triangle.closePath();
    graphics.fill(triangle);
  }
}
