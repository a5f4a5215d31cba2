/// Forms in which people write quantities, the same in settings and in requests.
@NullMarked
package dev.fairlead.runtime.text;

import org.jspecify.annotations.NullMarked;
