/// People: who may sign in, in which tenant and with which role. Admins invite, change and remove
/// them over HTTP; where claims of the identity provider decide, they come and go with these.
@NullMarked
package dev.fairlead.registry.person;

import org.jspecify.annotations.NullMarked;
