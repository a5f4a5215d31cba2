/// How many devices there are of each health, in all and by type or group.
@NullMarked
package dev.fairlead.registry.count;

import org.jspecify.annotations.NullMarked;
