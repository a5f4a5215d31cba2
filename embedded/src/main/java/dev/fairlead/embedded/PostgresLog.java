package dev.fairlead.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// What a PostgreSQL program says, passed on to the log of this JVM; the last lines are kept to
/// explain a failure.
final class PostgresLog {
  private static final Logger LOG = LoggerFactory.getLogger("dev.fairlead.embedded.postgres");
  private static final int LINES_KEPT_MAX = 20;

  private final Deque<String> last = new ArrayDeque<>();

  static void progress(String sentence) {
    LOG.atInfo().log(sentence);
  }

  static void fatal(String sentence) {
    LOG.atError().log(sentence);
  }

  /// Reads to the end, on the calling thread.
  void drain(InputStream output) {
    try (var reader = new BufferedReader(new InputStreamReader(output, UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        keep(line);
        LOG.atLevel(level(line)).log(line);
      }
    } catch (IOException e) {
      // A killed program may break the pipe: whoever waits for the program learns of that.
      LOG.atDebug().setCause(e).log("output of PostgreSQL ended early");
    }
  }

  private synchronized void keep(String line) {
    if (last.size() == LINES_KEPT_MAX) {
      last.removeFirst();
    }
    last.addLast(line);
  }

  synchronized String lastLines() {
    return String.join("; ", last);
  }

  /// Errors of statements and of connections go to the client that caused them and are its to
  /// judge.
  private static Level level(String line) {
    if (line.startsWith("PANIC:")) {
      return Level.ERROR;
    }
    return line.startsWith("WARNING:") ? Level.WARN : Level.DEBUG;
  }
}
