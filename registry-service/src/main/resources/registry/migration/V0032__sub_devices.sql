-- A device that another one speaks for. Its presence is that of its parent, without a session.
alter table device add column parent text collate "C";
create index device_parent on device (tenant, parent, id) where parent is not null;
alter table presence add column parent text collate "C";
create index presence_parent on presence (tenant, parent) where parent is not null;
