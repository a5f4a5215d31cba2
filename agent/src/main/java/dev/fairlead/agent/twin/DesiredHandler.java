package dev.fairlead.agent.twin;

import dev.fairlead.protocol.Value;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/// Acts on what this device is to be like. Called by one thread at a time.
public interface DesiredHandler {

  /// Why the device cannot be like that, for people; empty when it can. A document with an
  /// objection is rejected as a whole.
  Optional<String> objection(Map<String, Value> document);

  /// Makes the device like that. May be called again with the same document.
  ///
  /// @param document without an objection
  /// @throws IOException if that is not possible at the moment; it will be tried again
  void apply(Map<String, Value> document) throws IOException;
}
