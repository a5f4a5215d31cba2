/// Sub-devices: sensors and the like behind a device that speaks for them. They have what devices
/// have, but a connection and credentials of their own.
@NullMarked
package dev.fairlead.registry.subdevice;

import org.jspecify.annotations.NullMarked;
