package dev.fairlead.gateway.admission;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.PresentedCredential;

/// What is left of a token once it has been checked.
///
/// @param device who it was made for
/// @param generation which of the device's credentials it is; from 1
/// @param keyId the key that signed it
/// @param expiresAtSeconds when it runs out, since 1970
public record DeviceCredential(
    DeviceKey device, long generation, String keyId, long expiresAtSeconds) {

  /// What others are told of it.
  public PresentedCredential presented() {
    return new PresentedCredential.Token(keyId, generation, expiresAtSeconds);
  }
}
