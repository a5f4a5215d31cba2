package dev.fairlead.bus.access;

import dev.fairlead.bus.message.AccessMessage;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The public keys that sign tokens, ready for use. Fed with what `fairlead.access` says; safe for
/// all threads.
final class SigningKeys {

  private static final Logger log = LoggerFactory.getLogger(SigningKeys.class);

  private final Map<String, Es256Key> keys = new ConcurrentHashMap<>();

  /// The key of that id.
  Optional<Es256Key> key(String keyId) {
    return Optional.ofNullable(keys.get(keyId));
  }

  /// Takes a key in.
  void learn(AccessMessage.SigningKey key) {
    try {
      keys.put(key.keyId(), Es256Key.of(new JsonObject(key.jwk())));
    } catch (IllegalArgumentException | DecodeException | ClassCastException e) {
      // A key of a kind that is yet to come must not take the known ones away.
      log.atWarn()
          .addKeyValue("keyId", key.keyId())
          .addKeyValue("cause", e.getMessage())
          .log("signing key not understood");
    }
  }

  /// The key counts no more.
  void forget(String keyId) {
    keys.remove(keyId);
  }
}
