/// Types of devices: what a tenant wants to be true of all that its devices of a type measure,
/// report and are told.
@NullMarked
package dev.fairlead.registry.devicetype;

import org.jspecify.annotations.NullMarked;
