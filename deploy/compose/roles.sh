#!/usr/bin/env bash
# Runs once, on the empty database: a role for each service, which makes and owns the schema of its own name.
set -euo pipefail
psql -v ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\set registry_password `cat /run/secrets/registry`
\set command_password `cat /run/secrets/command`
CREATE ROLE registry LOGIN PASSWORD :'registry_password';
CREATE ROLE command LOGIN PASSWORD :'command_password';
REVOKE ALL ON DATABASE fairlead FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT CONNECT, CREATE, TEMPORARY ON DATABASE fairlead TO registry, command;
SQL
