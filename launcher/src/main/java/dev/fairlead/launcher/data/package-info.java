/// What lies in the data directory: secrets, and who holds the directory.
@NullMarked
package dev.fairlead.launcher.data;

import org.jspecify.annotations.NullMarked;
