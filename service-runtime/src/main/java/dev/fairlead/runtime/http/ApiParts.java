package dev.fairlead.runtime.http;

import dev.fairlead.runtime.problem.Problems;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.util.concurrent.Semaphore;

/// What every exchange of one interface shares.
///
/// @param permits one for each request that may be worked on at once
record ApiParts(
    Vertx vertx,
    ApiSettings settings,
    SignIns signIns,
    Problems problems,
    MeterRegistry meters,
    Semaphore permits) {}
