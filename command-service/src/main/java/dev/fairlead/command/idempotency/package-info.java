/// Requests that are sent again and take effect once.
@NullMarked
package dev.fairlead.command.idempotency;

import org.jspecify.annotations.NullMarked;
