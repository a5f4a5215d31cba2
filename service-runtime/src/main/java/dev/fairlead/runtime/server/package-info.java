/// HTTP servers on several event loops, with TLS where wanted, by a certificate that may change
/// while they run.
@NullMarked
package dev.fairlead.runtime.server;

import org.jspecify.annotations.NullMarked;
