/// What admission needs to know, as every process holds it in memory: signing keys, API keys and
/// revocations, read from `fairlead.access` before the process is ready and followed from then on.
@NullMarked
package dev.fairlead.bus.access;

import org.jspecify.annotations.NullMarked;
