/// The gateway as a whole: what it is set to, what it is made of, and its process.
@NullMarked
package dev.fairlead.gateway;

import org.jspecify.annotations.NullMarked;
