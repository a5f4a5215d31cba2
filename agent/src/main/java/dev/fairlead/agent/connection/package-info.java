/// The one connection to a gateway: made, kept alive, given up when silent, and made again for
/// ever.
@NullMarked
package dev.fairlead.agent.connection;

import org.jspecify.annotations.NullMarked;
