/// Devices: how they are described, found, made and deleted, and the HTTP routes to that.
@NullMarked
package dev.fairlead.registry.device;

import org.jspecify.annotations.NullMarked;
