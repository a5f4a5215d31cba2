-- Which chains there are: numbered in the order in which they were begun, and the register sealed
-- with the key of the audit, so that a tenant's whole audit cannot go without being missed.
alter table audit_chain add column number bigint;
create index audit_chain_number on audit_chain (number);

create table audit_register (
  one boolean primary key default true check (one),
  chains bigint not null,
  hash bytea not null,
  seal bytea not null
);
