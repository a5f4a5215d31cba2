/// Who may come in: tokens, certificates, revocations, limits, and whether the bus can be reached
/// at all.
@NullMarked
package dev.fairlead.gateway.admission;

import org.jspecify.annotations.NullMarked;
