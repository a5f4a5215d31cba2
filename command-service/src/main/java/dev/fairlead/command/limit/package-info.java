/// Keeps tenants to the number of commands that they may send in a second.
@NullMarked
package dev.fairlead.command.limit;

import org.jspecify.annotations.NullMarked;
