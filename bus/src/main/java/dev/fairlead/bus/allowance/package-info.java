/// How much of a tenant's limits one process may give out: the whole, or its share while others
/// give out of the same.
@NullMarked
package dev.fairlead.bus.allowance;

import org.jspecify.annotations.NullMarked;
