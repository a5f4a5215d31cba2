package dev.fairlead.gateway.limit;

/// How fast each device of a tenant may send.
///
/// @param messages in a second
/// @param bytes in a second
record DevicePace(double messages, double bytes) {}
