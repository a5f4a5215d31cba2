/// What can be read of this machine, and when one of its disks is an alert.
@NullMarked
package dev.fairlead.agent.machine;

import org.jspecify.annotations.NullMarked;
