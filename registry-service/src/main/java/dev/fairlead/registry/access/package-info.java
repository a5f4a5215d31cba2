/// Keeps `fairlead.access` at what the database says, so that admission knows every key and every
/// revocation, also after the topic was made again.
@NullMarked
package dev.fairlead.registry.access;

import org.jspecify.annotations.NullMarked;
