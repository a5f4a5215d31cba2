package dev.fairlead.gateway.admission;

import dev.fairlead.bus.identity.DeviceKey;

/// What is left of a token once it has been checked.
///
/// @param device who it was made for
/// @param generation which of the device's credentials it is; from 1
public record DeviceCredential(DeviceKey device, long generation) {}
