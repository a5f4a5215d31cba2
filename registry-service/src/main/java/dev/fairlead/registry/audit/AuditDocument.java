package dev.fairlead.registry.audit;

import dev.fairlead.runtime.audit.AuditEntry;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;

/// An entry as people see it.
///
/// @param sequence its number in its tenant, from 1 without a gap
/// @param actor empty for somebody who could not say who they are
/// @param hash of the chain up to here, in hexadecimal
record AuditDocument(
    long sequence,
    String id,
    Instant at,
    Optional<String> actor,
    Optional<String> role,
    String action,
    String target,
    String address,
    String outcome,
    String service,
    String hash) {

  static AuditDocument of(long sequence, AuditEntry entry, byte[] hash) {
    return new AuditDocument(
        sequence,
        entry.id().toString(),
        entry.at(),
        Optional.of(entry.actor()).filter(text -> !text.isEmpty()),
        Optional.of(entry.role()).filter(text -> !text.isEmpty()),
        entry.action(),
        entry.target(),
        entry.address(),
        entry.outcome(),
        entry.service(),
        HexFormat.of().formatHex(hash));
  }
}
