/// E-mail that tells people what happened.
@NullMarked
package dev.fairlead.registry.mail;

import org.jspecify.annotations.NullMarked;
