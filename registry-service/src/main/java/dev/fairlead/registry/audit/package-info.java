/// The audit: takes every service's entries from the bus, chains them, keeps them for as long as
/// the operator wants, and shows, exports and checks them.
@NullMarked
package dev.fairlead.registry.audit;

import org.jspecify.annotations.NullMarked;
