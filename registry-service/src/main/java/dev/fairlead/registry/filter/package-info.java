/// The language in which devices are picked: parsed into conditions, which become SQL. Lists,
/// groups and whoever sends commands to many speak it; `docs/filters.md` is its description.
@NullMarked
package dev.fairlead.registry.filter;

import org.jspecify.annotations.NullMarked;
