-- What happened to devices and groups, in the order of transactions; see docs/changes.md. A row is
-- read only once no transaction before its own is still running, so that nobody who has read up to
-- it misses one that is committed later. Rows lie in a slot for each day, sixteen of them in turn:
-- old days go with a truncation. Without a foreign key: every row would lock its tenant's.
create sequence change_id;
create table change (
  slot smallint not null
    default (extract(epoch from now())::bigint / 86400 % 16)::smallint,
  xid xid8 not null default pg_current_xact_id(),
  id bigint not null default nextval('change_id'),
  tenant text collate "C" not null,
  device text collate "C",
  kind text collate "C" not null,
  at timestamptz not null,
  data jsonb not null
) partition by list (slot);
do $$
begin
  for slot in 0..15 loop
    execute format('create table change_%s partition of change for values in (%s)', slot, slot);
  end loop;
end
$$;
create index change_feed on change (tenant, xid, id);

-- Up to here changes were taken away.
create table change_horizon (
  one boolean primary key default true check (one),
  xid xid8 not null,
  id bigint not null
);
insert into change_horizon (xid, id) values ('0', 0);
