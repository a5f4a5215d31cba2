/// Commands, each with one effect: the id is on disk before the command runs, and a repeated
/// command is answered, not run.
@NullMarked
package dev.fairlead.agent.command;

import org.jspecify.annotations.NullMarked;
