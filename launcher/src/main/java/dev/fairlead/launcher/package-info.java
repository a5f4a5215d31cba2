/// The whole product in one process, as `./fairlead up` starts it.
@NullMarked
package dev.fairlead.launcher;

import org.jspecify.annotations.NullMarked;
