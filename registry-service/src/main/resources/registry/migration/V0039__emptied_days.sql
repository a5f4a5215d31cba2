-- The day that was last taken away from each slot of the history that had samples. Written with the
-- truncation: who reads a slot and finds nothing more looks here whether that was the end.
create table telemetry_history_emptied (
  slot smallint primary key,
  day date not null
);
