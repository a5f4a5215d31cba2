/// What devices report about themselves, and what they are to be like: the documents, their
/// versions, and how a desired one finds its way to the device.
@NullMarked
package dev.fairlead.registry.twin;

import org.jspecify.annotations.NullMarked;
