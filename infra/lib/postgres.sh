# shellcheck shell=bash
# The private PostgreSQL cluster of an instance. Source it.

as_postgres() { (cd / && setpriv --reuid postgres --regid postgres --init-groups -- "$@"); }

postgres_create() {
  [ ! -e "$SL_PG_DATA/PG_VERSION" ] || return 0
  say "Creating the PostgreSQL cluster in $SL_PG_DATA"
  local release
  release=$(find /usr/lib/postgresql -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -V | tail -1)
  rm -rf "$SL_PG_DATA.new"
  install -d -m 0700 -o postgres -g postgres "$SL_PG_DATA.new"
  as_postgres "/usr/lib/postgresql/$release/bin/initdb" --pgdata="$SL_PG_DATA.new" --auth=peer --encoding=UTF8 \
    --locale=C.UTF-8 --data-checksums >"$SL_LOG/initdb.log" 2>&1 ||
    fail "initdb failed; see $SL_LOG/initdb.log"
  mv "$SL_PG_DATA.new" "$SL_PG_DATA" # all or nothing
}

# Written at each start, so that a new release of Shiplog can change them. postgresql.conf stays as initdb made it.
postgres_configure() {
  postgres_settings >"$SL_PG_DATA/postgresql.auto.conf"
  cat >"$SL_PG_DATA/pg_hba.conf" <<'HBA'
# The caller's unix user, as the kernel tells it, is all that counts; pg_ident.conf says which role it may take.
local all all peer map=shiplog
HBA
  cat >"$SL_PG_DATA/pg_ident.conf" <<IDENT
# map    unix user      role
shiplog  postgres       postgres
shiplog  postgres       shiplog_owner
shiplog  root           postgres
shiplog  root           shiplog_owner
shiplog  root           shiplog
shiplog  $SL_USER       shiplog
IDENT
  chown postgres:postgres "$SL_PG_DATA"/{postgresql.auto,pg_hba,pg_ident}.conf
}

postgres_settings() {
  cat <<'CONF'
# Written by infra/up at each start.
listen_addresses = ''
unix_socket_permissions = 0777   # the folder decides who comes in, peer authentication as whom
max_connections = 60
# An answered client may rely on what it was told: never off.
fsync = on
synchronous_commit = on
full_page_writes = on
# A private cluster on the user's machine is a guest: small, and out of the way.
shared_buffers = 48MB
work_mem = 8MB
maintenance_work_mem = 64MB
effective_cache_size = 512MB
max_wal_size = 512MB
min_wal_size = 64MB
huge_pages = off
jit = off
max_parallel_workers_per_gather = 0
# The projections read the log in batches: a plan from stale statistics is slow by a factor of ten after an import.
autovacuum_naptime = 10s
autovacuum_analyze_scale_factor = 0.02
autovacuum_analyze_threshold = 1000
# An abandoned transaction would hold the projections back for as long as it stays open.
idle_in_transaction_session_timeout = 60s
log_destination = stderr
logging_collector = off
log_min_duration_statement = 500ms
log_line_prefix = '%m [%p] %u@%d '
log_checkpoints = off
timezone = UTC
CONF
}

postgresql_ready() { pg_isready -q -U postgres -h "$SL_PG_SOCKETS"; }
