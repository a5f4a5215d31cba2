/// How devices prove who they are: signing keys, signed tokens and their generations.
@NullMarked
package dev.fairlead.registry.credential;

import org.jspecify.annotations.NullMarked;
