package dev.fairlead.registry.knowledge;

import java.time.Instant;
import java.util.Optional;

/// What is known about a code, as the API shows it.
///
/// @param type of the devices that it is about; empty for all those of whose type nothing else is
///     known
/// @param updatedBy the key or the person that wrote it
record KnowledgeDocument(
    String code,
    Optional<String> type,
    Optional<String> title,
    String explanation,
    String suggestion,
    Instant updatedAt,
    String updatedBy) {}
