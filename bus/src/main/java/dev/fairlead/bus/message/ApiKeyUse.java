package dev.fairlead.bus.message;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.TenantId;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;

/// An API key was used at a service. No entry of the audit: it only tells that the key is in use,
/// and services say it once in a while.
///
/// @param tenant of the key
/// @param keyId the id by which the API names the key
/// @param at when it was used last, as far as that service knows
public record ApiKeyUse(TenantId tenant, String keyId, Instant at) implements AuditRecord {

  static final String TYPE = "api-key-used";

  private static final int KEY_ID_MAX = 64;

  /// @throws IllegalArgumentException for an id that no key can have
  public ApiKeyUse {
    Objects.requireNonNull(tenant);
    Objects.requireNonNull(at);
    if (keyId.isEmpty() || keyId.length() > KEY_ID_MAX || keyId.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("no id of an API key");
    }
  }

  @Override
  public BusRecord toRecord() {
    return BusRecord.keyed(
        Topic.AUDIT,
        tenant.value(),
        Map.of(Headers.TYPE, TYPE),
        MessageJson.write(new UseDocument(keyId, at.toString())));
  }

  /// Reads a record of this type.
  ///
  /// @throws MalformedRecordException when it is none
  static ApiKeyUse decode(ReceivedRecord record) {
    return MessageJson.decode(() -> decodeChecked(record));
  }

  private static ApiKeyUse decodeChecked(ReceivedRecord record) {
    UseDocument document = MessageJson.read(record, UseDocument.class);
    try {
      return new ApiKeyUse(
          new TenantId(record.key()), document.keyId(), Instant.parse(document.at()));
    } catch (DateTimeException e) {
      throw new MalformedRecordException("the time is none: " + document.at(), e);
    }
  }

  /// A use as JSON; the tenant is the key.
  record UseDocument(String keyId, String at) {}
}
