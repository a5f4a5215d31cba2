/// Where devices are: the live session of each, in the row that also serialises what is sent to
/// the device.
@NullMarked
package dev.fairlead.command.session;

import org.jspecify.annotations.NullMarked;
