-- The static groups that a device is in, sorted, as fairlead.devices says; for keys that are kept to a group.
alter table device add column groups text[] not null default '{}';
