-- The newest session that a rule was shown a measurement of. Rules are shown the bus for themselves,
-- maybe before anything else of the registry has seen that session.
alter table rule_state
  add column epoch_generation bigint,
  add column epoch_offset bigint;
