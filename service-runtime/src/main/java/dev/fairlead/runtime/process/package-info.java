/// A service as a process: arguments, settings, start, signals, an orderly stop within a bound.
@NullMarked
package dev.fairlead.runtime.process;

import org.jspecify.annotations.NullMarked;
