-- Ids are compared byte by byte: their order is that of pages, and prefixes are found by the same index.
create table device (
  tenant text collate "C" not null,
  id text collate "C" not null,
  name text,
  type text,
  tags jsonb not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant, id)
);
create index device_name on device (tenant, lower(name) text_pattern_ops);
create index device_type on device (tenant, type, id);
create index device_tags on device using gin (tags jsonb_path_ops);

-- Survives its device, so that a device made again under the same id goes on above the generations
-- that were revoked.
create table credential (
  tenant text collate "C" not null,
  device_id text collate "C" not null,
  generation bigint not null check (generation > 0),
  expires_at timestamptz not null,
  revoked_until timestamptz,
  primary key (tenant, device_id)
);
create index credential_revoked on credential (revoked_until) where revoked_until is not null;

-- One row for each device, made with it.
create table presence (
  tenant text collate "C" not null,
  device_id text collate "C" not null,
  online boolean not null default false,
  alerts_open integer not null default 0,
  health text not null generated always as (
    case when not online then 'grey' when alerts_open > 0 then 'red' else 'green' end
  ) stored,
  session text,
  epoch_generation bigint,
  epoch_offset bigint,
  newest_generation bigint,
  newest_offset bigint,
  gateway text,
  address text,
  wire text,
  remote_address text,
  since timestamptz,
  last_seen_at timestamptz,
  reason text,
  sessions jsonb not null default '[]',
  primary key (tenant, device_id),
  foreign key (tenant, device_id) references device (tenant, id) on delete cascade
);
create index presence_health on presence (tenant, health, device_id);
create index presence_online on presence (tenant, online, device_id);
create index presence_gateway on presence (gateway, tenant, device_id) where online;

-- One row for each device, made with it. The epoch is that of the last event that was used.
create table reported (
  tenant text collate "C" not null,
  device_id text collate "C" not null,
  document jsonb not null default '{}',
  epoch_generation bigint,
  epoch_offset bigint,
  updated_at timestamptz,
  primary key (tenant, device_id),
  foreign key (tenant, device_id) references device (tenant, id) on delete cascade
);

-- The alerts that are open. They hang on the row that their writer holds locked.
create table alert (
  tenant text collate "C" not null,
  device_id text collate "C" not null,
  code text collate "C" not null,
  severity text not null check (severity in ('info', 'warning', 'critical')),
  text text not null,
  suggestion text,
  raised_at timestamptz not null,
  primary key (tenant, device_id, code),
  foreign key (tenant, device_id) references reported (tenant, device_id) on delete cascade
);

-- One row for each device, made with it; rewritten as a whole, so pages keep room for that.
create table telemetry_latest (
  tenant text collate "C" not null,
  device_id text collate "C" not null,
  metrics jsonb not null default '{}',
  epoch_generation bigint,
  epoch_offset bigint,
  as_of timestamptz,
  primary key (tenant, device_id),
  foreign key (tenant, device_id) references device (tenant, id) on delete cascade
) with (fillfactor = 70);
