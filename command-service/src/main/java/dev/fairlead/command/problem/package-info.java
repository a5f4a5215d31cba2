/// What can be wrong with a request about commands.
@NullMarked
package dev.fairlead.command.problem;

import org.jspecify.annotations.NullMarked;
