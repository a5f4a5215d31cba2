/// Groups of devices: static ones, into which devices are put, and dynamic ones, which have those
/// that meet a filter.
@NullMarked
package dev.fairlead.registry.group;

import org.jspecify.annotations.NullMarked;
