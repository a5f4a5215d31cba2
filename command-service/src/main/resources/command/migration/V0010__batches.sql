-- How many unfinished commands a tenant has: the sum over its rows, of which there are several so that transactions
-- that run at once seldom wait for each other.
create table tenant_queue (
  tenant text not null,
  stripe smallint not null,
  unfinished bigint not null,
  primary key (tenant, stripe)
) with (fillfactor = 50);

insert into tenant_queue (tenant, stripe, unfinished)
select tenant, 0, count(*) from command where final_at is null group by tenant;

-- Commands that were made by one request; null for one that was made alone.
alter table command add column batch_id uuid;

create index command_batch on command (tenant, batch_id, device_id) where batch_id is not null;
