/// The parts of the chaos test of commands: agents that crash, senders that do not give up, faults
/// by a seed, and the check of everything afterwards.
@NullMarked
package dev.fairlead.endtoend.chaos;

import org.jspecify.annotations.NullMarked;
