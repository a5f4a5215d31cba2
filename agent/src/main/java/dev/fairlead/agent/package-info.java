/// A device, in software: the machine that this runs on. [dev.fairlead.agent.Agent] puts the
/// features together, [dev.fairlead.agent.AgentMain] runs it as a process of its own.
@NullMarked
package dev.fairlead.agent;

import org.jspecify.annotations.NullMarked;
