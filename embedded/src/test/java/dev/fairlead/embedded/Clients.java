package dev.fairlead.embedded;

import java.util.HashMap;
import java.util.Map;

/// Properties of Kafka clients that give up in test time.
final class Clients {
  private Clients() {}

  static Map<String, Object> properties(Map<String, String> connection) {
    Map<String, Object> properties = new HashMap<>(connection);
    properties.put("default.api.timeout.ms", "20000");
    properties.put("request.timeout.ms", "10000");
    return properties;
  }
}
