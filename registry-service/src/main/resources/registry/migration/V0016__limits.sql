-- What a tenant has instead of the limits that all have, by their names.
alter table tenant add column limits jsonb not null default '{}';

-- How many devices a tenant has: the sum over its rows. Each connection to the database counts in a
-- row of its own, as far as they go, so that devices of one tenant can be made side by side.
create table device_count (
  tenant text collate "C" not null references tenant (id) on delete cascade,
  stripe integer not null,
  devices bigint not null,
  primary key (tenant, stripe)
);
insert into device_count (tenant, stripe, devices)
  select tenant, 0, count(*) from device group by tenant;

-- One stripe a transaction, whatever it changes: no two can wait for each other crosswise.
create function count_devices() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into device_count (tenant, stripe, devices)
      select tenant, pg_backend_pid() % 32, count(*) from changed group by tenant order by tenant
      on conflict (tenant, stripe)
        do update set devices = device_count.devices + excluded.devices;
  else
    insert into device_count (tenant, stripe, devices)
      select tenant, pg_backend_pid() % 32, -count(*) from changed group by tenant order by tenant
      on conflict (tenant, stripe)
        do update set devices = device_count.devices + excluded.devices;
  end if;
  return null;
end
$$;
create trigger device_made after insert on device
  referencing new table as changed for each statement execute function count_devices();
create trigger device_gone after delete on device
  referencing old table as changed for each statement execute function count_devices();
