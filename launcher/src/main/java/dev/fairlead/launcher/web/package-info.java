/// The one public port: which service a path belongs to, and the servers that ask.
@NullMarked
package dev.fairlead.launcher.web;

import org.jspecify.annotations.NullMarked;
