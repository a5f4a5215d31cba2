package dev.fairlead.bus.message;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.runtime.audit.AuditEntry;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/// An entry of the audit: who did what, on what, from where, with what outcome.
///
/// @param tenant in which it was done
/// @param entry what was done
public record AuditMessage(TenantId tenant, AuditEntry entry) implements AuditRecord {

  static final String TYPE = "audit";

  private static final int TEXT_MAX = 1024;

  /// @throws IllegalArgumentException for a text longer than 1,024 characters, or one that cannot
  ///     stand in a database
  public AuditMessage {
    Objects.requireNonNull(tenant);
    for (String text :
        new String[] {
          entry.actor(),
          entry.role(),
          entry.action(),
          entry.target(),
          entry.address(),
          entry.outcome(),
          entry.service()
        }) {
      if (text.length() > TEXT_MAX || text.indexOf('\0') >= 0) {
        throw new IllegalArgumentException("a text of an audit entry is too long or not a text");
      }
    }
  }

  /// The message of an entry.
  public static AuditMessage of(AuditEntry entry) {
    return new AuditMessage(new TenantId(entry.tenant()), entry);
  }

  @Override
  public BusRecord toRecord() {
    return BusRecord.keyed(
        Topic.AUDIT,
        tenant.value(),
        Map.of(Headers.TYPE, TYPE),
        MessageJson.write(
            new AuditDocument(
                entry.id().toString(),
                entry.at().toString(),
                entry.actor(),
                entry.role(),
                entry.action(),
                entry.target(),
                entry.address(),
                entry.outcome(),
                entry.service())));
  }

  /// Reads a record of this type.
  ///
  /// @throws MalformedRecordException when it is none
  static AuditMessage decode(ReceivedRecord record) {
    return MessageJson.decode(() -> decodeChecked(record));
  }

  private static AuditMessage decodeChecked(ReceivedRecord record) {
    AuditDocument document = MessageJson.read(record, AuditDocument.class);
    try {
      return of(
          new AuditEntry(
              UUID.fromString(document.id()),
              Instant.parse(document.at()),
              record.key(),
              document.actor(),
              document.role(),
              document.action(),
              document.target(),
              document.address(),
              document.outcome(),
              document.service()));
    } catch (java.time.DateTimeException e) {
      throw new MalformedRecordException("the time is none: " + document.at(), e);
    }
  }

  /// An entry as JSON; the tenant is the key.
  record AuditDocument(
      String id,
      String at,
      String actor,
      String role,
      String action,
      String target,
      String address,
      String outcome,
      String service) {}
}
