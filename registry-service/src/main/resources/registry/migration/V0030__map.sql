-- Devices counted by the cells of maps, for tenants with many; see docs/map.md. All of it is made
-- anew from devices and their presence while somebody looks, so it is not logged: after a crash of
-- the database it is empty.
create unlogged table map_state (
  tenant text collate "C" primary key references tenant (id) on delete cascade,
  finest integer not null,
  next_finest integer,
  as_of timestamptz,
  due_at timestamptz
);
create unlogged table map_tile (
  tenant text collate "C" not null references tenant (id) on delete cascade,
  level integer not null,
  x integer not null,
  y integer not null,
  green bigint not null,
  red bigint not null,
  grey bigint not null,
  latitudes double precision not null,
  longitudes double precision not null,
  west double precision not null,
  south double precision not null,
  east double precision not null,
  north double precision not null,
  device text collate "C" not null,
  primary key (tenant, level, x, y)
);
