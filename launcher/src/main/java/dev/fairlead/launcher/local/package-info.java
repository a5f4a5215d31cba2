/// The agent of this very machine, as device number one.
@NullMarked
package dev.fairlead.launcher.local;

import org.jspecify.annotations.NullMarked;
