/// What the stores share: how keys, epochs and times stand in columns.
@NullMarked
package dev.fairlead.registry.row;

import org.jspecify.annotations.NullMarked;
