package dev.fairlead.registry.alert;

import java.time.Instant;
import java.util.Optional;

/// An open problem of a device.
///
/// @param code names the problem; one alert of a code is open at a time
/// @param severity how bad it is
/// @param text what is wrong, for people
/// @param suggestion what to do about it
/// @param raisedAt when it was first raised, by the record that did
public record Alert(
    String code, Severity severity, String text, Optional<String> suggestion, Instant raisedAt) {}
