package dev.fairlead.registry.audit;

import java.time.Instant;
import java.util.Optional;

/// Which entries are wanted; what is absent does not matter.
///
/// @param actor exactly this one
/// @param action exactly this one
/// @param target begins so
/// @param outcome exactly this one
/// @param from not before
/// @param to before
record AuditFilter(
    Optional<String> actor,
    Optional<String> action,
    Optional<String> target,
    Optional<String> outcome,
    Optional<Instant> from,
    Optional<Instant> to) {}
