/// Notices that a gateway is gone, by counting beats in the log, and ends its sessions.
@NullMarked
package dev.fairlead.registry.gatewaywatch;

import org.jspecify.annotations.NullMarked;
