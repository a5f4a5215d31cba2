-- The type that a device names, as fairlead.devices says; null for devices without one, and for those of which
-- nothing was said since this column is there.
alter table device add column type text collate "C";

-- What types of devices ask of commands, as fairlead.devices says.
create table device_type (
  tenant text collate "C" not null,
  type text collate "C" not null,
  revision bigint not null,
  schemas text not null,
  primary key (tenant, type)
);
