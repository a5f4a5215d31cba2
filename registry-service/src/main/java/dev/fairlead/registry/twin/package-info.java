/// What devices report about themselves.
@NullMarked
package dev.fairlead.registry.twin;

import org.jspecify.annotations.NullMarked;
