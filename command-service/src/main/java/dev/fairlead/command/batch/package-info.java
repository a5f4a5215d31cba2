/// One command to many devices, named or found by a filter.
@NullMarked
package dev.fairlead.command.batch;

import org.jspecify.annotations.NullMarked;
