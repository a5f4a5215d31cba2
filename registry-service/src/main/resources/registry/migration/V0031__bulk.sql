-- Imports of devices, and patches of all that meet a filter. How far a job has come is written in the
-- transactions that bring it there.
create table bulk_job (
  tenant text collate "C" not null references tenant (id) on delete cascade,
  id text collate "C" not null,
  kind text not null check (kind in ('import', 'patch')),
  state text not null default 'open' check (state in ('open', 'done', 'cancelled', 'failed')),
  -- What was asked for, and by whom.
  spec jsonb not null,
  group_id text collate "C",
  actor text not null,
  actor_role text not null,
  address text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  finished_at timestamptz,
  problem text,
  -- Of an import: the bytes and lines that were taken, and the columns of its header.
  bytes bigint not null default 0,
  lines bigint not null default 0,
  columns jsonb,
  -- Of a patch: the id of the device that was looked at last.
  cursor text collate "C",
  -- Rows of an import; devices that met the filter of a patch.
  rows bigint not null default 0,
  created bigint not null default 0,
  updated bigint not null default 0,
  unchanged bigint not null default 0,
  failed bigint not null default 0,
  primary key (tenant, id),
  check ((state = 'open') = (finished_at is null))
);
create index bulk_job_list on bulk_job (tenant, kind, created_at, id);
create index bulk_job_open on bulk_job (kind, updated_at) where state = 'open';
create index bulk_job_finished on bulk_job (finished_at) where finished_at is not null;

create table bulk_error (
  tenant text collate "C" not null,
  job_id text collate "C" not null,
  number bigint not null,
  line bigint,
  device_id text,
  code text not null,
  message text not null,
  primary key (tenant, job_id, number),
  foreign key (tenant, job_id) references bulk_job (tenant, id) on delete cascade
);

-- These rows come only with their device. Asking for it again for each of them, one at a time, costs
-- more than half of what making a million devices takes; they go with it in one statement for all.
alter table presence drop constraint presence_tenant_device_id_fkey;
alter table reported drop constraint reported_tenant_device_id_fkey;
alter table telemetry_latest drop constraint telemetry_latest_tenant_device_id_fkey;

create function remove_what_hangs_on_devices() returns trigger language plpgsql as $$
begin
  delete from telemetry_latest using changed
    where telemetry_latest.tenant = changed.tenant and telemetry_latest.device_id = changed.id;
  delete from reported using changed
    where reported.tenant = changed.tenant and reported.device_id = changed.id;
  delete from presence using changed
    where presence.tenant = changed.tenant and presence.device_id = changed.id;
  return null;
end
$$;
create trigger device_and_what_hangs_on_it after delete on device
  referencing old table as changed for each statement
  execute function remove_what_hangs_on_devices();
