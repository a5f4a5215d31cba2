/// Events on their way to the bus: kept until acknowledged, sent again after a cut, bounded.
@NullMarked
package dev.fairlead.agent.outbox;

import org.jspecify.annotations.NullMarked;
