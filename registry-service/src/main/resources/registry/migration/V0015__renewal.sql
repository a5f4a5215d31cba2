-- A certificate that a device has asked for over its connection stands with the digest of the
-- request and its own text: the same request, asked again, brings the same certificate.
alter table certificate
  add column request_sha256 text,
  add column certificate text;
create unique index certificate_request
  on certificate (tenant, device_id, generation, request_sha256)
  where request_sha256 is not null;
