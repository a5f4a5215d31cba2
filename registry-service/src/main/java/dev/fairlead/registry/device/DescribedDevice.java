package dev.fairlead.registry.device;

import dev.fairlead.bus.identity.DeviceId;

/// A device and what is said about it.
public record DescribedDevice(DeviceId id, DeviceDescription description) {}
