/// Problems of devices: raised, then cleared.
@NullMarked
package dev.fairlead.registry.alert;

import org.jspecify.annotations.NullMarked;
