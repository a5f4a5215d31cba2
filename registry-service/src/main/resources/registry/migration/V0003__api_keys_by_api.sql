-- What people see of a key: its name and how it begins. The key of the operator has neither.
alter table api_key
  add column name text not null default '',
  add column prefix text not null default '',
  add column created_by text not null default '';
create index api_key_tenant on api_key (tenant, id);
