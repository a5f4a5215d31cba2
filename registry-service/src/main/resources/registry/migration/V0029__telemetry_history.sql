-- One sample of each key of a device in an interval; see docs/telemetry.md. Rows lie in a slot for
-- each day, 34 of them in turn: old days go with a truncation. Without a foreign key, which would
-- make a deletion of a device look through all days: what a device measured that is gone goes with
-- its days, and is not shown for another one of the same id.
create table telemetry_history (
  slot smallint not null,
  tenant text collate "C" not null,
  device_id text collate "C" not null,
  at timestamptz not null,
  metrics jsonb not null,
  primary key (slot, tenant, device_id, at)
) partition by list (slot);
do $$
begin
  for slot in 0..33 loop
    execute format(
      'create table telemetry_history_%s partition of telemetry_history for values in (%s)',
      slot, slot);
  end loop;
end
$$;

-- Rules see measurements by a consumer of their own, which goes on where the one consumer was.
insert into consumer_offset (consumer, topic, partition, topic_id, next)
select 'registry-rules', topic, partition, topic_id, next
from consumer_offset where consumer = 'registry-telemetry';
