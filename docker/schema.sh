#!/bin/sh
# Makes Temporal's two databases and brings their schemas up to the server's version. Every step may be done again.
set -eu
for database in temporal temporal_visibility; do
  sql() { temporal-sql-tool --plugin postgres12 --ep postgres --port 5432 --user temporal --database "$database" "$@"; }
  sql create
  sql setup-schema --version 0.0
  sql update-schema --schema-dir "/etc/temporal/schema/postgresql/v12/${database#temporal_}/versioned"
done
