/// The change feed: what happened to devices and groups, written in the transactions that do it,
/// read in their order as a list, as a stream, and by whatever delivers it elsewhere.
@NullMarked
package dev.fairlead.registry.change;

import org.jspecify.annotations.NullMarked;
