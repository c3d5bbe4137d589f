package io.github.satchel.connectors.training.watson;

import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;

/** Collects what a logger and those below it say at any level, stack traces included. */
public final class LogCapture extends AbstractAppender implements AutoCloseable {

  private final String logger;
  private final List<String> lines;

  public LogCapture(String logger, List<String> lines) {
    super("capture", null, null, false, Property.EMPTY_ARRAY);
    this.logger = logger;
    this.lines = lines;
    start();
    Configurator.setLevel(logger, Level.ALL);
    LoggerContext.getContext(false)
        .getConfiguration()
        .getLoggerConfig(logger)
        .addAppender(this, null, null);
    LoggerContext.getContext(false).updateLoggers();
  }

  @Override
  public void append(LogEvent event) {
    lines.add(event.getMessage().getFormattedMessage() + " " + event.getThrown());
  }

  @Override
  public void close() {
    LoggerContext.getContext(false)
        .getConfiguration()
        .getLoggerConfig(logger)
        .removeAppender(getName());
    Configurator.setLevel(logger, Level.ERROR);
    stop();
  }
}
