package dev.fairlead.registry.audit;

import dev.fairlead.runtime.audit.AuditEntry;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Optional;
import java.util.SortedMap;

/// Goes along a chain from its oldest entry and tells the first thing that is wrong; confined to a
/// transaction.
final class AuditWalk {

  private final AuditKey key;
  private final AuditChain chain;
  private final SortedMap<Long, String> noted;
  private long sequence;
  private byte[] hash;

  AuditWalk(AuditKey key, AuditChain chain) {
    this(key, chain, Collections.emptySortedMap());
  }

  /// @param noted hashes by the number of the entry, as they once were
  AuditWalk(AuditKey key, AuditChain chain, SortedMap<Long, String> noted) {
    this.key = key;
    this.chain = chain;
    this.noted = noted;
    this.sequence = chain.firstSequence() - 1;
    this.hash = chain.firstPrevious();
  }

  String tenant() {
    return chain.tenant();
  }

  /// The number of the entry that was passed last.
  long sequence() {
    return sequence;
  }

  /// The hash of that one.
  byte[] hash() {
    return hash;
  }

  /// What is wrong before the first entry.
  Optional<String> begin() {
    return chain.sealed() ? asNoted() : Optional.of("the ends of the chain were changed");
  }

  /// What is wrong with the next entry, which is only passed where nothing is.
  ///
  /// @param written the hash that stands with it
  Optional<String> step(long number, AuditEntry entry, byte[] written) {
    if (number != sequence + 1) {
      return missing();
    }
    byte[] right = key.hash(hash, number, entry);
    if (!AuditKey.same(right, written)) {
      return Optional.of("entry " + number + " was changed");
    }
    sequence = number;
    hash = right;
    return asNoted();
  }

  /// What is wrong after the last entry.
  Optional<String> end() {
    if (sequence + 1 < chain.nextSequence()) {
      return missing();
    }
    if (sequence + 1 > chain.nextSequence() || !AuditKey.same(hash, chain.lastHash())) {
      return Optional.of("there are entries beyond the end of the chain");
    }
    SortedMap<Long, String> beyond = noted.tailMap(sequence + 1);
    return beyond.isEmpty()
        ? Optional.empty()
        : Optional.of("entry " + beyond.firstKey() + " was noted and is missing");
  }

  private Optional<String> missing() {
    return Optional.of("entry " + (sequence + 1) + " is missing");
  }

  private Optional<String> asNoted() {
    return noted.getOrDefault(sequence, head()).equals(head())
        ? Optional.empty()
        : Optional.of("entry " + sequence + " is not the one that was noted");
  }

  private String head() {
    return HexFormat.of().formatHex(hash);
  }

  AuditVerification result(Optional<String> fault) {
    return new AuditVerification(
        chain.tenant(),
        fault.isEmpty(),
        sequence - chain.firstSequence() + 1,
        chain.firstSequence(),
        sequence,
        head(),
        fault);
  }
}
