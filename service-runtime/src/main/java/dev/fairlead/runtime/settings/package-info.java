/// Settings from environment variables, read once into immutable records: every problem is found
/// and told at once, every setting describes itself, and a secret never shows.
@NullMarked
package dev.fairlead.runtime.settings;

import org.jspecify.annotations.NullMarked;
