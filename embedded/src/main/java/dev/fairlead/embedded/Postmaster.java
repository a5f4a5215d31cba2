package dev.fairlead.embedded;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The main process of a PostgreSQL server, by its process id: a child of this process, or one left
/// over from an earlier run.
///
/// @param data the directory it works on
record Postmaster(long pid, Path data, PostgresProgram program) {
  private static final Duration FAST_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration IMMEDIATE_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration SIGNAL_TIMEOUT = Duration.ofSeconds(5);
  private static final long POLL_MILLIS = 10;
  private static final Charset PATHS =
      Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

  /// Lines of `postmaster.pid`, which the server keeps to the same order from version to version.
  private static final int PID_LINE = 0;

  private static final int STATUS_LINE = 7;

  /// The server that works on the data, if one does. A file left over by one that ended without
  /// removing it is removed where its process id now belongs to another program, which PostgreSQL
  /// itself could not tell.
  static Optional<Postmaster> leftOver(Path data, PostgresProgram program) throws IOException {
    List<String> lines = pidFile(data);
    if (lines.isEmpty()) {
      return Optional.empty();
    }
    var found = new Postmaster(Long.parseLong(lines.get(PID_LINE).strip()), data, program);
    if (found.isAlive() && found.worksOnData()) {
      return Optional.of(found);
    }
    Files.deleteIfExists(data.resolve("postmaster.pid"));
    return Optional.empty();
  }

  /// Whether it has said that it takes connections.
  boolean isReady() throws IOException {
    List<String> lines = pidFile(data);
    return lines.size() > STATUS_LINE
        && lines.get(PID_LINE).strip().equals(Long.toString(pid))
        && lines.get(STATUS_LINE).strip().equals("ready");
  }

  /// Whether the process runs. One that has ended counts as gone even while nobody has collected
  /// its status, which in some containers nobody ever does.
  boolean isAlive() {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), ISO_8859_1);
      char state = stat.charAt(stat.lastIndexOf(')') + 2);
      return state != 'Z' && state != 'X';
    } catch (IOException e) {
      return false;
    }
  }

  /// Two ways, as either may fail: whose working directory may be seen depends on rights, and the
  /// directory may have got another name since.
  private boolean worksOnData() {
    Path process = Path.of("/proc/" + pid);
    try {
      String[] arguments = Files.readString(process.resolve("cmdline"), ISO_8859_1).split("\0", -1);
      // Bytes as they are: the path may be in any encoding.
      String path = new String(data.toString().getBytes(PATHS), ISO_8859_1);
      return arguments[0].endsWith("/postgres")
          && (Arrays.asList(arguments).contains(path) || isSame(process.resolve("cwd")));
    } catch (IOException e) {
      // Gone meanwhile.
      return false;
    }
  }

  private boolean isSame(Path workingDirectory) {
    try {
      return Files.isSameFile(workingDirectory, data);
    } catch (IOException e) {
      return false;
    }
  }

  /// Ends the server: sessions are cut and the data written out; if that takes too long, without
  /// the latter, which the next start makes up for; at last by force. Takes at most about 25
  /// seconds.
  void stop() throws IOException, InterruptedException {
    if (!isAlive() || (signal("INT") && endsWithin(FAST_TIMEOUT))) {
      return;
    }
    stopAtOnce();
  }

  /// Ends the server without writing the data out.
  void stopAtOnce() throws IOException, InterruptedException {
    if (isAlive() && !(signal("QUIT") && endsWithin(IMMEDIATE_TIMEOUT))) {
      signal("KILL");
      endsWithin(IMMEDIATE_TIMEOUT);
    }
  }

  private boolean signal(String name) throws IOException, InterruptedException {
    try {
      program.run("pg_ctl", List.of("kill", name, Long.toString(pid)), SIGNAL_TIMEOUT);
      return true;
    } catch (EmbeddedException e) {
      // Gone already, most likely; if not, the next harder signal follows.
      return !isAlive();
    }
  }

  private boolean endsWithin(Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (isAlive()) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      Thread.sleep(POLL_MILLIS);
    }
    return true;
  }

  private static List<String> pidFile(Path data) throws IOException {
    try {
      List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"), ISO_8859_1);
      boolean numbered = !lines.isEmpty() && lines.get(PID_LINE).strip().matches("\\d{1,18}");
      return numbered ? lines : List.of();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }
}
