create table tenant (
  id text collate "C" primary key,
  name text not null,
  suspended boolean not null default false,
  created_at timestamptz not null
);
insert into tenant (id, name, created_at) values ('default', 'Default', now());
insert into tenant (id, name, created_at)
  select tenant, tenant, now() from (select tenant from device union select tenant from api_key)
  on conflict do nothing;
alter table device
  add constraint device_tenant_fkey foreign key (tenant) references tenant (id);
alter table api_key
  alter column tenant type text collate "C",
  add constraint api_key_tenant_fkey foreign key (tenant) references tenant (id);
