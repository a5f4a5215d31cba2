/// WebSockets and the native wire. Nothing else knows of either.
@NullMarked
package dev.fairlead.gateway.websocket;

import org.jspecify.annotations.NullMarked;
