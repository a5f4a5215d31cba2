package dev.fairlead.command.testing;

import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.runtime.tracing.TraceContext;
import java.util.Optional;

/// What a gateway found in the inbox.
///
/// @param trace that it is a step of
public record Mail(int partition, String to, InboxMessage message, Optional<TraceContext> trace) {}
