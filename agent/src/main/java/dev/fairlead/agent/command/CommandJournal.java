package dev.fairlead.agent.command;

import dev.fairlead.agent.command.JournalEntry.Accepted;
import dev.fairlead.agent.command.JournalEntry.Finished;
import dev.fairlead.agent.json.Json;
import dev.fairlead.protocol.ProtocolException;
import dev.fairlead.protocol.Value;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/// Which commands were taken and how they ended, on disk, so that none has its effect twice. A
/// command that was taken and has no end when the journal is opened was cut short: it gets one.
///
/// Knows the last 10,000 commands of the last 30 days, the longest a deadline can be, and the
/// bodies of the latest results. Safe for use by many threads.
public final class CommandJournal implements AutoCloseable {

  /// Why a command failed that a crash cut short.
  public static final String INTERRUPTED = "interrupted";

  static final Duration KEPT = Duration.ofDays(30);

  /// Lines appended after which the file is written afresh.
  static final int LINES_MAX = 3 * KnownCommands.ENTRIES_MAX;

  /// Bytes appended after which the file is written afresh.
  static final long BYTES_MAX = 4L * KnownCommands.BODY_BYTES_MAX;

  private static final Logger LOG = System.getLogger(CommandJournal.class.getName());
  private static final String REPLIED = "replied";

  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final KnownCommands known;
  private final JournalFile file;

  private CommandJournal(InstantSource clock, KnownCommands known, JournalFile file) {
    this.clock = clock;
    this.known = known;
    this.file = file;
  }

  /// Opens a journal, made where it is missing.
  ///
  /// @throws IOException if it cannot be read or written
  public static CommandJournal open(Path path, InstantSource clock) throws IOException {
    KnownCommands known = new KnownCommands();
    int strange = JournalFile.read(path, fields -> load(known, fields));
    if (strange > 0) {
      LOG.log(Level.WARNING, "{0} lines of {1} could not be read", strange, path);
    }
    Instant oldest = clock.instant().minus(KEPT);
    known.removeIf(entry -> entry.at().isBefore(oldest));
    known.replaceAll(CommandJournal::ended);
    return new CommandJournal(clock, known, new JournalFile(path, known.all()));
  }

  private static void load(KnownCommands known, Map<String, Value> fields) {
    if (Json.text(fields, "state").equals(Optional.of(REPLIED))) {
      Json.text(fields, "id").flatMap(known::find).ifPresent(entry -> known.put(replied(entry)));
    } else {
      JournalEntry.of(fields).ifPresent(known::put);
    }
  }

  private static JournalEntry replied(JournalEntry entry) {
    return entry instanceof Finished finished ? finished.withReplied() : entry;
  }

  private static JournalEntry ended(JournalEntry entry) {
    return entry instanceof Accepted(String id, Instant at)
        ? new Finished(id, at, Outcome.failed(INTERRUPTED), false)
        : entry;
  }

  /// What is known of a command.
  Optional<JournalEntry> find(String id) {
    lock.lock();
    try {
      return known.find(id);
    } finally {
      lock.unlock();
    }
  }

  /// The results that no connection has taken, the oldest first.
  List<Finished> unreplied() {
    lock.lock();
    try {
      return known.all().stream()
          .flatMap(entry -> entry instanceof Finished end ? Stream.of(end) : Stream.empty())
          .filter(end -> !end.replied())
          .toList();
    } finally {
      lock.unlock();
    }
  }

  /// Takes a command: on return its id is on disk, so that it may be run.
  ///
  /// @throws IOException if it is not; then it must not be run
  void accept(String id) throws IOException {
    lock.lock();
    try {
      Accepted accepted = new Accepted(id, clock.instant());
      file.append(accepted.fields(), true);
      known.put(accepted);
      compact();
    } finally {
      lock.unlock();
    }
  }

  /// Ends a command, taken or not. Its end is known from now on even if the disk does not take
  /// it; then, after a crash, the command counts as cut short.
  Finished finish(String id, Outcome outcome) {
    lock.lock();
    try {
      Finished finished = new Finished(id, clock.instant(), outcome, false);
      append(finished.fields());
      known.put(finished);
      return finished;
    } finally {
      lock.unlock();
    }
  }

  /// A connection has taken the result.
  void replied(String id) {
    lock.lock();
    try {
      Optional<JournalEntry> unsaid =
          known.find(id).filter(entry -> entry instanceof Finished end && !end.replied());
      if (unsaid.isPresent()) {
        known.put(replied(unsaid.get()));
        append(Map.of("id", Value.of(id), "state", Value.of(REPLIED)));
      }
    } finally {
      lock.unlock();
    }
  }

  private void append(Map<String, Value> fields) {
    try {
      file.append(fields, false);
    } catch (IOException | ProtocolException e) {
      LOG.log(Level.WARNING, "the journal cannot be written", e);
    }
  }

  private void compact() {
    if (file.linesAppended() > LINES_MAX || file.bytesAppended() > BYTES_MAX) {
      try {
        file.replace(known.all());
      } catch (IOException e) {
        LOG.log(Level.WARNING, "the journal cannot be compacted", e);
      }
    }
  }

  /// Closes the file; nothing is to be written to the journal any more.
  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      file.close();
    } finally {
      lock.unlock();
    }
  }
}
