package dev.fairlead.runtime.settings;

/// One setting as it was read.
///
/// @param name the full name of the environment variable, `FAIRLEAD_HTTP_PORT`
/// @param value what is in force, `(secret)` for a secret and `(none)` for an optional one that is
///     absent
/// @param fallback what is in force when nothing is set, `(required)` or `(none)` where there is no
///     such value
/// @param set whether the environment names it
/// @param description one sentence for the people who set it
public record Setting(
    String name, String value, String fallback, boolean set, String description) {}
