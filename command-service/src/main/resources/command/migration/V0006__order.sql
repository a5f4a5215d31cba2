-- When a command is sent, next to the others of its device. Those that are there were sent side by side.
alter table command
  add column ordered boolean not null default false,   -- waits until the ordered ones before it have ended
  add column priority smallint not null default 4,
  add column supersedes text collate "C",              -- a newer command of this key replaces one that waits
  -- A column of its own, so that going from sent to delivered to running touches no index.
  add column waiting boolean not null generated always as (state = 'queued') stored;

create index command_waiting on command (tenant, device_id, ordered, priority desc, sequence) where waiting;
create index command_superseded on command (tenant, device_id, supersedes) where waiting and supersedes is not null;
create index command_under_way on command (tenant, device_id) where not waiting and final_at is null;
