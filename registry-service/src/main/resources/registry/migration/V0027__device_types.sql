-- What a tenant's types of devices ask of them. A device names its type freely; the row of that name
-- is then about it. The revision is never given twice, also not to a type that is made again: what
-- is kept ready of a type is kept under it. `parts` are the members of `schemas`.
create sequence device_type_revision;
create table device_type_definition (
  tenant text collate "C" not null references tenant (id) on delete cascade,
  type text collate "C" not null,
  title text,
  description text,
  schemas json not null,
  parts text[] not null,
  version bigint not null default 1,
  revision bigint not null default nextval('device_type_revision'),
  updated_at timestamptz not null,
  updated_by text not null,
  primary key (tenant, type)
);

-- What devices sent and their types' schemas refused, a row for each device. Each table hangs on the
-- rows that its writer holds locked. `told_at` is when the feed was told last.
create table telemetry_reject (
  tenant text collate "C" not null,
  device_id text collate "C" not null,
  count bigint not null check (count > 0),
  first_at timestamptz not null,
  last_at timestamptz not null,
  told_at timestamptz not null,
  told_count bigint not null,
  errors jsonb not null,
  document text not null,
  cut boolean not null,
  primary key (tenant, device_id),
  foreign key (tenant, device_id)
    references telemetry_latest (tenant, device_id) on delete cascade
) with (fillfactor = 70);

create table reported_reject (
  like telemetry_reject including all,
  foreign key (tenant, device_id) references reported (tenant, device_id) on delete cascade
) with (fillfactor = 70);
