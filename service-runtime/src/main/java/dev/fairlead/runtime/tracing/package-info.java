/// Where a request came from, on its way through the services to a device and back: trace context
/// (W3C) and the spans that are exported of it. Off unless a setting says where spans go.
@NullMarked
package dev.fairlead.runtime.tracing;

import org.jspecify.annotations.NullMarked;
