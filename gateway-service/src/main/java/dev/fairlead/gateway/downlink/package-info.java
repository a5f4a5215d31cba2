/// What the bus has for devices: the mail of this gateway's inbox.
@NullMarked
package dev.fairlead.gateway.downlink;

import org.jspecify.annotations.NullMarked;
