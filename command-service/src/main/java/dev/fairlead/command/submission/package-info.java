/// New commands on their way into the database: what is wished, whether there is room for it, and
/// many that are written down together.
@NullMarked
package dev.fairlead.command.submission;

import org.jspecify.annotations.NullMarked;
