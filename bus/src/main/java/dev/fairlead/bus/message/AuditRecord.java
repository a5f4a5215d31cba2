package dev.fairlead.bus.message;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;

/// What `fairlead.audit` says. Keyed by the tenant, so that what is said of one comes in order.
public sealed interface AuditRecord permits AuditMessage, ApiKeyUse {

  /// The record that carries this message.
  BusRecord toRecord();

  /// Reads a record of `fairlead.audit`.
  ///
  /// @throws MalformedRecordException when it is none of these
  static AuditRecord decode(ReceivedRecord record) {
    String type = record.requiredHeader(Headers.TYPE);
    return switch (type) {
      case AuditMessage.TYPE -> AuditMessage.decode(record);
      case ApiKeyUse.TYPE -> ApiKeyUse.decode(record);
      default -> throw new MalformedRecordException("unknown type of an audit record: " + type);
    };
  }
}
