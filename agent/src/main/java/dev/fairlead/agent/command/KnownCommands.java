package dev.fairlead.agent.command;

import dev.fairlead.agent.command.JournalEntry.Finished;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The commands of the journal in memory, in the order they were taken, within bounds: the oldest
/// is forgotten, and results lose their bodies before that, the oldest first. Not safe for use by
/// several threads.
final class KnownCommands {

  static final int ENTRIES_MAX = 10_000;
  static final int BODY_BYTES_MAX = 4 << 20;

  private final LinkedHashMap<String, JournalEntry> entries = new LinkedHashMap<>();
  private long bodyBytes;

  Optional<JournalEntry> find(String id) {
    return Optional.ofNullable(entries.get(id));
  }

  /// All entries, the oldest first; a view.
  Collection<JournalEntry> all() {
    return entries.values();
  }

  void put(JournalEntry entry) {
    @Nullable JournalEntry earlier = entries.put(entry.id(), entry);
    bodyBytes += bodyBytes(entry) - (earlier == null ? 0 : bodyBytes(earlier));
    while (entries.size() > ENTRIES_MAX) {
      bodyBytes -= bodyBytes(entries.pollFirstEntry().getValue());
    }
    if (bodyBytes > BODY_BYTES_MAX) {
      entries.replaceAll((_, kept) -> bodyBytes > BODY_BYTES_MAX ? withoutBody(kept) : kept);
    }
  }

  private JournalEntry withoutBody(JournalEntry entry) {
    if (entry instanceof Finished finished && bodyBytes(finished) > 0) {
      bodyBytes -= bodyBytes(finished);
      return finished.withoutBody();
    }
    return entry;
  }

  /// Replaces entries by others of the same id and body.
  void replaceAll(UnaryOperator<JournalEntry> change) {
    entries.replaceAll((_, entry) -> change.apply(entry));
  }

  void removeIf(Predicate<JournalEntry> forgotten) {
    entries.values().removeIf(forgotten);
    bodyBytes = entries.values().stream().mapToLong(KnownCommands::bodyBytes).sum();
  }

  private static long bodyBytes(JournalEntry entry) {
    return entry instanceof Finished finished ? finished.outcome().body().length() : 0;
  }
}
