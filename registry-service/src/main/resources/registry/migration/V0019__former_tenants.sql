-- Tenants that were deleted. While their audit is kept, their ids are nobody else's: it is found by
-- the id.
create table former_tenant (
  id text collate "C" primary key,
  deleted_at timestamptz not null
);
insert into former_tenant (id, deleted_at)
  select tenant, max(at) from audit
  where not exists (select from tenant where tenant.id = audit.tenant)
  group by tenant;
