package dev.fairlead.runtime.http;

import java.util.Optional;

/// Who sends a request, and by what it is known.
///
/// @param session of the browser that sends it; empty for a key or a token
record Caller(Principal principal, Optional<BrowserSession> session) {}
