package dev.fairlead.command.testing;

import dev.fairlead.bus.message.InboxMessage;

/// What a gateway found in the inbox.
public record Mail(int partition, String to, InboxMessage message) {}
