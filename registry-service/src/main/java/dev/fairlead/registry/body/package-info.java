/// The bodies of device messages, where they are JSON, with the bounds that keep the database safe
/// from them.
@NullMarked
package dev.fairlead.registry.body;

import org.jspecify.annotations.NullMarked;
