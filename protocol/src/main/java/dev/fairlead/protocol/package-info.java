/// What devices and gateways say to each other: the ProtoMsg message, its MessagePack and JSON
/// codecs, and the limits that both enforce before they allocate.
@NullMarked
package dev.fairlead.protocol;

import org.jspecify.annotations.NullMarked;
