-- Where changes are sent to. A webhook has its own place in the feed, so that what it is to be sent
-- waits there, in order, and nobody waits for another. Whoever sends holds a lease. Secrets are
-- encrypted with the master key.
create table webhook (
  tenant text collate "C" not null references tenant (id) on delete cascade,
  id text collate "C" not null,
  name text not null,
  url text not null,
  kinds text[] not null,
  device text collate "C",
  group_id text collate "C",
  enabled boolean not null default true,
  disabled_reason text,
  secret bytea not null,
  previous_secret bytea,
  previous_until timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  cursor_xid xid8 not null,
  cursor_id bigint not null,
  retry_at timestamptz,
  failures bigint not null default 0,
  failing_since timestamptz,
  attempted_at timestamptz,
  last_success_at timestamptz,
  last_failure_at timestamptz,
  last_failure text,
  lease text,
  leased_until timestamptz,
  primary key (tenant, id),
  foreign key (tenant, group_id) references device_group (tenant, id)
);
create unique index webhook_id on webhook (id);

-- What was sent lately, is being tried, or was given up.
create table webhook_delivery (
  number bigint generated always as identity,
  tenant text collate "C" not null,
  webhook_id text collate "C" not null,
  id text collate "C" not null,
  event jsonb not null,
  state text not null check (state in ('retrying', 'delivered', 'dead')),
  attempts integer not null,
  status integer,
  failure text,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (tenant, webhook_id, id),
  foreign key (tenant, webhook_id) references webhook (tenant, id) on delete cascade
);
create index webhook_delivery_recent on webhook_delivery (tenant, webhook_id, number);
