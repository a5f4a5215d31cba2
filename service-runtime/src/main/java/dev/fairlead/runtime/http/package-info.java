/// The HTTP interfaces of the services: operations bound to an OpenAPI contract that is checked and
/// served, run in straight-line code on virtual threads, behind one authentication hook.
@NullMarked
package dev.fairlead.runtime.http;

import org.jspecify.annotations.NullMarked;
