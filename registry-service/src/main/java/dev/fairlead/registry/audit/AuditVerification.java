package dev.fairlead.registry.audit;

import java.util.Optional;

/// What a check of a tenant's audit found.
///
/// @param intact whether every entry is as it was written, and none is missing
/// @param entries how many were checked
/// @param first the number of the oldest
/// @param last the number of the newest
/// @param head the hash of the newest, in hexadecimal: kept elsewhere, it proves later that nothing
///     up to here was changed
/// @param fault what is wrong, if anything
record AuditVerification(
    String tenant,
    boolean intact,
    long entries,
    long first,
    long last,
    String head,
    Optional<String> fault) {

  /// For a terminal.
  String line() {
    return "%s: %s, entries %d to %d, head %s"
        .formatted(
            tenant, fault.map(what -> "BROKEN, " + what).orElse("intact"), first, last, head);
  }
}
