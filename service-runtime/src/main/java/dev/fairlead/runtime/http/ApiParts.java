package dev.fairlead.runtime.http;

import dev.fairlead.runtime.abuse.FairShare;
import dev.fairlead.runtime.audit.AuditLog;
import dev.fairlead.runtime.audit.StrangerBudget;
import dev.fairlead.runtime.problem.Problems;
import dev.fairlead.runtime.tracing.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.util.concurrent.Semaphore;

/// What every exchange of one interface shares.
///
/// @param signIns counts wrong keys and sessions
/// @param openCalls guards operations that are open to everyone and take a secret
/// @param groups which devices a key may reach that is kept to a group
/// @param audit where mutations and their refusals are written down
/// @param strangers how many refusals of unknown callers are
/// @param permits one for each request that may be worked on at once
/// @param shares what of them one tenant may have
/// @param tracing of the requests of those who are known
record ApiParts(
    Vertx vertx,
    ApiSettings settings,
    Callers callers,
    SignIns signIns,
    OpenCalls openCalls,
    GroupMembers groups,
    AuditLog audit,
    StrangerBudget strangers,
    Problems problems,
    MeterRegistry meters,
    Semaphore permits,
    FairShare shares,
    Tracing tracing) {}
