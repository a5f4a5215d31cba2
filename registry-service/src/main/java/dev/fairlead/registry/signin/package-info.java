/// Signing in: people through a provider of OpenID Connect, or with an API key, which yields a
/// session of the browser, and from a session short tokens that every service accepts.
@NullMarked
package dev.fairlead.registry.signin;

import org.jspecify.annotations.NullMarked;
