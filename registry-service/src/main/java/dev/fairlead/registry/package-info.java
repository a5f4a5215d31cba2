/// The registry: which devices there are, how they prove who they are, and what is known of them.
/// This package puts the features together.
@NullMarked
package dev.fairlead.registry;

import org.jspecify.annotations.NullMarked;
