-- An alert has an id and stays when it has ended. At most one of a device is open under a code of a
-- source, which is the device itself or a rule.
alter table alert
  add column id text collate "C",
  add column source text collate "C" not null default 'device',
  add column last_raised_at timestamptz,
  add column occurrences integer not null default 1 check (occurrences > 0),
  add column acknowledged_at timestamptz,
  add column acknowledged_by text,
  add column closed_at timestamptz,
  add column closed_reason text check (closed_reason in ('cleared', 'by-hand', 'rule-ended')),
  add column closed_by text,
  add constraint alert_closed_whole check ((closed_at is null) = (closed_reason is null)),
  add constraint alert_acknowledged_whole
    check ((acknowledged_at is null) = (acknowledged_by is null));
update alert set id = gen_random_uuid()::text, last_raised_at = raised_at;
alter table alert
  alter column id set not null,
  alter column last_raised_at set not null,
  drop constraint alert_pkey,
  add primary key (tenant, id);
create unique index alert_open on alert (tenant, device_id, source, code) where closed_at is null;
drop index alert_code;
create index alert_code on alert (tenant, code, device_id) where closed_at is null;
create index alert_newest on alert (tenant, raised_at, id);
create index alert_newest_open on alert (tenant, raised_at, id) where closed_at is null;
create index alert_of_device on alert (tenant, device_id, raised_at, id);
create index alert_closed on alert (closed_at) where closed_at is not null;

create table alert_comment (
  tenant text collate "C" not null,
  alert_id text collate "C" not null,
  id text collate "C" not null,
  at timestamptz not null,
  author text not null,
  text text not null,
  primary key (tenant, alert_id, id),
  foreign key (tenant, alert_id) references alert (tenant, id) on delete cascade
);

-- What a tenant knows about a code: for devices of a type, or of all those for which there is no
-- entry of their type.
create table knowledge (
  tenant text collate "C" not null references tenant (id) on delete cascade,
  code text collate "C" not null,
  type text collate "C" not null default '',
  title text,
  explanation text not null,
  suggestion text not null,
  updated_at timestamptz not null,
  updated_by text not null,
  primary key (tenant, code, type)
);

create table rule (
  tenant text collate "C" not null references tenant (id) on delete cascade,
  id text collate "C" not null,
  name text not null,
  enabled boolean not null,
  deleted boolean not null default false,
  filter text,
  kind text not null,
  condition jsonb not null,
  -- How long the condition must hold, for what waits.
  patience interval not null,
  code text not null,
  severity text not null check (severity in ('info', 'warning', 'critical')),
  text text not null,
  suggestion text,
  -- Raised when the filter, the condition or whether it is enabled changes.
  revision bigint not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- When it was last seen which devices are in its scope; null after a change. And what stood
  -- against that.
  refreshed_at timestamptz,
  problem text,
  primary key (tenant, id)
);
create index rule_refresh on rule (refreshed_at nulls first);

-- One row for each device in the scope of a rule. `firing` is what records and the time that
-- passed say; `raised` is what alerts say, and follows.
create table rule_state (
  tenant text collate "C" not null,
  rule_id text collate "C" not null,
  device_id text collate "C" not null,
  revision bigint not null,
  leaving boolean not null default false,
  firing boolean not null default false,
  raised boolean not null default false,
  changed_at timestamptz,
  since timestamptz,
  due_at timestamptz,
  due_firing boolean not null default true,
  value text,
  primary key (tenant, rule_id, device_id),
  foreign key (tenant, rule_id) references rule (tenant, id) on delete cascade,
  foreign key (tenant, device_id) references device (tenant, id) on delete cascade
) with (fillfactor = 70);
create index rule_state_device on rule_state (tenant, device_id);
create index rule_state_due on rule_state (due_at) where due_at is not null;
create index rule_state_waiting on rule_state (tenant, device_id)
  where firing <> raised or leaving;
