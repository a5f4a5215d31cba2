-- The newest command of the device that had the id before: what is not newer is not this one's.
alter table device add column after_sequence bigint not null default 0;
