package dev.fairlead.registry.bulk;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.message.Location;
import dev.fairlead.registry.device.DescribedDevice;
import dev.fairlead.registry.device.DeviceDescription;
import dev.fairlead.runtime.http.Json;
import io.vertx.core.buffer.Buffer;
import java.util.Map;
import java.util.TreeMap;

/// How devices are written so that an import can read them.
enum ExportFormat {
  CSV("text/csv") {
    @Override
    void head(Buffer to) {
      to.appendString("id,name,type,latitude,longitude,tags\r\n");
    }

    @Override
    void write(Buffer to, DescribedDevice device) {
      DeviceDescription said = device.description();
      Map<String, String> tags = new TreeMap<>(said.tags());
      to.appendString(device.id().value() + ",")
          .appendString(field(said.name().orElse("")) + ",")
          .appendString(field(said.type().orElse("")) + ",")
          .appendString(said.location().map(Location::latitude).map(String::valueOf).orElse(""))
          .appendString(",")
          .appendString(said.location().map(Location::longitude).map(String::valueOf).orElse(""))
          .appendString(",")
          .appendString(tags.isEmpty() ? "" : field(Json.text(tags)))
          .appendString("\r\n");
    }
  },
  NDJSON("application/x-ndjson") {
    @Override
    void head(Buffer to) {}

    @Override
    void write(Buffer to, DescribedDevice device) {
      DeviceDescription said = device.description();
      ObjectNode document = JsonNodeFactory.instance.objectNode();
      document.put("id", device.id().value());
      said.name().ifPresent(name -> document.put("name", name));
      said.type().ifPresent(type -> document.put("type", type));
      if (!said.tags().isEmpty()) {
        ObjectNode tags = document.putObject("tags");
        new TreeMap<>(said.tags()).forEach(tags::put);
      }
      said.location()
          .ifPresent(
              place ->
                  document
                      .putObject("location")
                      .put("latitude", place.latitude())
                      .put("longitude", place.longitude()));
      to.appendBytes(Json.write(document)).appendByte((byte) '\n');
    }
  };

  private final String mediaType;

  ExportFormat(String mediaType) {
    this.mediaType = mediaType;
  }

  String mediaType() {
    return mediaType;
  }

  /// What stands before the first device.
  abstract void head(Buffer to);

  abstract void write(Buffer to, DescribedDevice device);

  /// In quotes where it must be (RFC 4180 §2.5), or else a reader might take its edges away.
  private static String field(String text) {
    boolean plain =
        text.chars().noneMatch(at -> at == '"' || at == ',' || at == '\n' || at == '\r')
            && text.strip().length() == text.length();
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
