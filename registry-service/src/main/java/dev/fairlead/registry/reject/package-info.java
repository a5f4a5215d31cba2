/// What devices sent and the schemas of their types refused: counted, and the last of it kept to be
/// looked at.
@NullMarked
package dev.fairlead.registry.reject;

import org.jspecify.annotations.NullMarked;
