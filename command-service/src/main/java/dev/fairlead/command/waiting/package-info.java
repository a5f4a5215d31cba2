/// Waiting for commands to end: who waits in this process, and the notices between the replicas
/// that wake them.
@NullMarked
package dev.fairlead.command.waiting;

import org.jspecify.annotations.NullMarked;
