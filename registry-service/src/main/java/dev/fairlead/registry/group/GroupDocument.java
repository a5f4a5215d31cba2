package dev.fairlead.registry.group;

import java.time.Instant;
import java.util.Optional;

/// A group as the API shows it.
///
/// @param filter what its devices meet; empty for a static group
record GroupDocument(
    String id, String name, Optional<String> filter, Instant createdAt, Instant updatedAt) {}
