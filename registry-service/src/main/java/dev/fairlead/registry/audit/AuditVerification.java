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

  /// For a terminal, and to be kept: the head first, then what was found.
  String line() {
    return "%s %d %s %s, from %d"
        .formatted(
            tenant, last, head, fault.map(what -> "BROKEN, " + what).orElse("intact"), first);
  }
}
