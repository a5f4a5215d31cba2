/// A certificate authority of one's own, and the server certificate that it signs.
@NullMarked
package dev.fairlead.launcher.tls;

import org.jspecify.annotations.NullMarked;
