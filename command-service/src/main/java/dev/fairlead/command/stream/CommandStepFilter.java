package dev.fairlead.command.stream;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.command.lifecycle.CommandState;
import java.util.Optional;
import java.util.Set;

/// Which steps of commands somebody is told.
///
/// @param tenant whose
/// @param command of this one alone
/// @param device of this one's alone
/// @param states into these; all when there is none
/// @param group of devices that are in this static group alone
record CommandStepFilter(
    TenantId tenant,
    Optional<CommandId> command,
    Optional<String> device,
    Set<CommandState> states,
    Optional<String> group) {

  CommandStepFilter {
    states = Set.copyOf(states);
  }
}
