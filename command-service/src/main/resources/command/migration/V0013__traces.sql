-- The trace that a command is a step of, as traceparent and tracestate; none where the request was not traced.
alter table command add column trace text;
