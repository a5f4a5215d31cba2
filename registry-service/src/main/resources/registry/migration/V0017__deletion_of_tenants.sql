-- A tenant that goes with its devices: shut out already, deleted once they are.
alter table tenant add column deleting boolean not null default false;
create index tenant_deleting on tenant (id) where deleting;
