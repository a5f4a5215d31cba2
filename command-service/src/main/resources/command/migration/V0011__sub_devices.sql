-- The device that speaks for this one, as fairlead.devices says; session, address and epoch are the parent's then.
-- Null for those that speak for themselves, and for those of which nothing was said since this column is there.
alter table device_queue add column parent text;

create index device_queue_parent on device_queue (tenant, parent) where parent is not null;
