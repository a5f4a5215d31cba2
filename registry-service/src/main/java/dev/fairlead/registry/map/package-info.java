/// Where devices stand, put together into clusters for maps of any zoom.
@NullMarked
package dev.fairlead.registry.map;

import org.jspecify.annotations.NullMarked;
