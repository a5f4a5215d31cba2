-- Keys that sign device tokens; the private part is encrypted with the master key.
create table signing_key (
  id text primary key,
  public_jwk text not null,
  private_jwk bytea not null,
  created_at timestamptz not null
);

-- API keys by their fingerprint.
create table api_key (
  id text primary key,
  sha256 text not null unique,
  tenant text not null,
  role text not null check (role in ('VIEWER', 'OPERATOR', 'ADMIN', 'PLATFORM')),
  expires_at timestamptz,
  created_at timestamptz not null
);

-- The one row with the generation of the bus. A log that begins anew is met partition by partition:
-- `topic_id` says for which making of the topic the number was raised, `pending` for how many
-- partitions that still has to be met, `raised_by` in which transaction it was raised last.
create table bus_generation (
  one boolean primary key default true check (one),
  number bigint not null,
  topic_id text,
  pending integer not null default 0,
  raised_by xid8
);
insert into bus_generation (number) values (1);

create table consumer_offset (
  consumer text not null,
  topic text not null,
  partition integer not null,
  topic_id text not null,
  next bigint not null,
  primary key (consumer, topic, partition)
);

create table outbox (
  id bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  topic text not null,
  key text not null,
  partition_key text,
  partition integer,
  headers jsonb not null,
  value bytea
);
create index outbox_order on outbox (xid, id);
