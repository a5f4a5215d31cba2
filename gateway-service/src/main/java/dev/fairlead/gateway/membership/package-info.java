/// This gateway among the others: its name, its inbox, its beats, and what it does when it was
/// declared lost.
@NullMarked
package dev.fairlead.gateway.membership;

import org.jspecify.annotations.NullMarked;
