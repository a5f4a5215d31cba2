package dev.fairlead.gateway.admission;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// What somebody at the door shows. A token is what counts where there is one; certificates are not
/// looked at before they must be.
///
/// @param token a token
/// @param certificates the chain of a client certificate, possession of whose key was proven; empty
///     for none
public record Presented(Optional<String> token, Supplier<List<X509Certificate>> certificates) {}
