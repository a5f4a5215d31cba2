/// How something is sent to somebody elsewhere who may be away: the rhythm of attempts, what became
/// of one, and who of many is served next. Knows nothing of what is sent, nor by which way.
@NullMarked
package dev.fairlead.registry.delivery;

import org.jspecify.annotations.NullMarked;
