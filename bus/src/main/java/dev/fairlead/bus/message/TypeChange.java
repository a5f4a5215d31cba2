package dev.fairlead.bus.message;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.TenantId;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What `fairlead.devices` says about a type of devices. Its key is `tenant/type:<name>`, which is
/// no device's: their ids have no colon.
public sealed interface TypeChange extends DevicesMessage {

  /// The longest name of a type, in characters.
  int NAME_LENGTH_MAX = 64;

  /// What stands before the name in the key.
  String MARK = "type:";

  /// Whose type it is.
  TenantId tenant();

  /// Its name, as devices have it.
  String type();

  /// The type is defined; the newest such record tells how.
  ///
  /// @param revision raised with every change of any type, and never given twice
  /// @param version how often this type was changed since it was made, from 1
  /// @param schemas the document of its schemas, as JSON
  record Defined(
      TenantId tenant, String type, long revision, long version, String schemas, long timeMillis)
      implements TypeChange {

    public Defined {
      requireName(type);
    }
  }

  /// The type is no longer defined. Devices may go on having it.
  record Deleted(TenantId tenant, String type, long timeMillis) implements TypeChange {

    public Deleted {
      requireName(type);
    }
  }

  @Override
  default BusRecord toRecord() {
    return switch (this) {
      case Defined defined ->
          record(
              "type-defined",
              MessageJson.write(
                  new Written(defined.revision(), defined.version(), defined.schemas())));
      case Deleted _ -> record("type-deleted", null);
    };
  }

  /// Whether a key on the topic is that of a type.
  static boolean isAbout(String key) {
    return key.startsWith(MARK, key.indexOf('/') + 1);
  }

  /// Reads a record of `fairlead.devices` that is about a type.
  ///
  /// @throws MalformedRecordException when it is none
  static TypeChange decode(ReceivedRecord record) {
    return MessageJson.decode(() -> decodeChecked(record));
  }

  private static TypeChange decodeChecked(ReceivedRecord record) {
    String key = record.key();
    int slash = key.indexOf('/');
    if (slash < 0 || !isAbout(key)) {
      throw new MalformedRecordException("the key is not that of a type");
    }
    TenantId tenant = new TenantId(key.substring(0, slash));
    String type = key.substring(slash + 1 + MARK.length());
    if (record.value() == null) {
      return new Deleted(tenant, type, record.timeMillis());
    }
    Read document = MessageJson.read(record, Read.class);
    if (!(document.schemas() instanceof ObjectNode schemas)) {
      throw new MalformedRecordException("the schemas are no object");
    }
    return new Defined(
        tenant,
        type,
        document.revision(),
        document.version(),
        schemas.toString(),
        record.timeMillis());
  }

  private BusRecord record(String header, byte @Nullable [] value) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(Headers.TYPE, header);
    headers.put(Headers.TIME, Long.toString(timeMillis()));
    return BusRecord.keyed(Topic.DEVICES, tenant() + "/" + MARK + type(), headers, value);
  }

  private static void requireName(String type) {
    if (type.isEmpty() || type.length() > NAME_LENGTH_MAX) {
      throw new IllegalArgumentException("a type's name has 1 to 64 characters");
    }
  }

  /// [Defined] as JSON.
  record Written(long revision, long version, @JsonRawValue String schemas) {}

  /// [Defined] as it is read.
  record Read(long revision, long version, @Nullable JsonNode schemas) {}
}
