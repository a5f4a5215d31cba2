/// The devices that are connected: their sessions from the first record on the bus to the last, and
/// the ports behind which sockets and wires lie.
@NullMarked
package dev.fairlead.gateway.session;

import org.jspecify.annotations.NullMarked;
