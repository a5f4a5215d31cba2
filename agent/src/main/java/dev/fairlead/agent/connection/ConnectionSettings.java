package dev.fairlead.agent.connection;

import dev.fairlead.protocol.WireFormat;
import java.net.URI;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/// Where to connect and how.
///
/// @param url of scheme `ws` or `wss`
/// @param token asked for before every connect
/// @param wire offered as the only subprotocol
/// @param sslContext whom to trust and which certificate to show, if not whom the JDK trusts and
///     none
public record ConnectionSettings(
    URI url, TokenSource token, WireFormat wire, Optional<SSLContext> sslContext) {}
