-- Devices that exist, as fairlead.devices says.
create table device (
  tenant text not null,
  device_id text not null,
  primary key (tenant, device_id)
);

-- One row a device: where it is, and the lock under which everything about its commands is decided.
-- Whoever changes commands of a device locks this row first; of several devices, in the order of the key.
create table device_queue (
  tenant text not null,
  device_id text not null,
  session_id text,              -- the live session; null while there is none
  address text,                 -- the inbox of the gateway that holds it, partition:name
  generation bigint not null default 0,
  epoch_offset bigint not null default -1,  -- the newest epoch seen, also of a session that is over
  due_at timestamptz,           -- when to look for something to send; never null while a command is unfinished
  primary key (tenant, device_id)
) with (fillfactor = 70);

create index device_queue_due on device_queue (due_at) where session_id is not null;

create table command (
  id uuid primary key,
  sequence bigint generated always as identity,  -- the order of a device's commands
  tenant text not null,
  device_id text not null,
  kind text not null,
  content_type text not null,
  body bytea,
  state text not null check (state in
    ('queued', 'sent', 'delivered', 'running', 'succeeded', 'failed', 'rejected', 'expired', 'cancelled')),
  attempt integer not null,
  deadline timestamptz not null,
  created_at timestamptz not null,
  session_id text,              -- where it was sent last
  gateway text,
  lease_until timestamptz,      -- a sign of the device is waited for until then
  late integer not null default 0,
  result_status text,
  result_reason text,
  result_content_type text,
  result_body bytea,
  final_at timestamptz,         -- null while it is unfinished
  history jsonb not null,
  check ((final_at is null) = (state in ('queued', 'sent', 'delivered', 'running')))
) with (fillfactor = 80);

create index command_unfinished on command (tenant, device_id, sequence) where final_at is null;
create index command_expiring on command (deadline) where final_at is null;
create index command_ended on command (final_at) where final_at is not null;
create index command_listed on command (tenant, device_id, sequence desc);

create table idempotency (
  tenant text not null,
  key text not null,
  request_sha256 bytea not null,
  command_id uuid not null,
  created_at timestamptz not null,
  primary key (tenant, key)
);

create index idempotency_age on idempotency (created_at);

create table consumer_offset (
  consumer text not null,
  topic text not null,
  partition integer not null,
  topic_id text not null,
  next bigint not null,
  primary key (consumer, topic, partition)
);
