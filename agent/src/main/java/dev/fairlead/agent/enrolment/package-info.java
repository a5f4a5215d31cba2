/// How an agent that has no token comes by one: it presents a provisioning key, waits for as long
/// as a person takes to decide, and keeps the token that it is given.
@NullMarked
package dev.fairlead.agent.enrolment;

import org.jspecify.annotations.NullMarked;
