/// Rules that raise alerts from what devices measure and from whether they are connected.
@NullMarked
package dev.fairlead.registry.rule;

import org.jspecify.annotations.NullMarked;
