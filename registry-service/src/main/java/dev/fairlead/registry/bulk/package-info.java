/// Devices by the million: imports and exports as CSV and newline-delimited JSON, and patches of
/// all that meet a filter. What takes long is a job that says how far it has come, and goes on from
/// there.
@NullMarked
package dev.fairlead.registry.bulk;

import org.jspecify.annotations.NullMarked;
