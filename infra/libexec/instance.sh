# shellcheck shell=bash
# What belongs to one instance: paths, names and settings, all derived from SHIPLOG_HOME and <home>/shiplog.json by the
# rules of src/Shiplog.Contracts/Instance.cs (an end-to-end test holds the two together). Source it, then instance_load.

say() { printf '%s\n' "$*"; }
fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Under "set -e" a script that meets an error it did not think of ends without a word; this lets it say where.
name_errors() {
  set -E
  trap 'printf "error: \"%s\" failed with status %s (%s line %s)\n" "$BASH_COMMAND" $? "${BASH_SOURCE[0]}" "$LINENO" >&2' ERR
}

# Sets SL_HOME, SL_NAME, SL_RUN, SL_BRIDGE, ... and exports SHIPLOG_HOME, normalised.
instance_load() {
  SL_HOME=$(realpath -ms -- "${SHIPLOG_HOME:-/var/lib/shiplog}")
  export SHIPLOG_HOME=$SL_HOME
  local mark
  if [ "$SL_HOME" = /var/lib/shiplog ]; then
    SL_NAME=shiplog SL_RUN=/run/shiplog SL_BRIDGE=shiplog0
  else
    mark=$(printf %s "$SL_HOME" | sha256sum | cut -c1-8)
    SL_NAME=shiplog-$mark SL_RUN=$SL_HOME/run SL_BRIDGE=sl-$mark
  fi
  SL_CONFIG=$SL_HOME/shiplog.json
  SL_LOG=$SL_HOME/log
  SL_PIDS=$SL_RUN/pids
  SL_BIN=$SL_HOME/bin/current
  SL_SOCKET=$SL_RUN/docker.sock
  SL_WORKER_SOCKET=$SL_RUN/worker/worker.sock
  SL_PG_DATA=$SL_HOME/postgresql
  SL_PG_SOCKETS=$SL_RUN/postgresql
  SL_NFT_TABLE=${SL_NAME//-/_}
  SL_MOUNTS=$SL_RUN/ns/worker.mnt
  SL_NETWORK=$SL_RUN/ns/net
  SL_HTTP=127.0.0.1:8080 SL_REGISTRY=127.0.0.1:5000 SL_USER=shiplog
  settings_load
  # sun_path holds 108 bytes with the closing zero (unix(7)); PostgreSQL's is the longest of ours.
  local longest=$SL_PG_SOCKETS/.s.PGSQL.5432
  [ ${#longest} -le 107 ] ||
    fail "SHIPLOG_HOME is too long: $longest has ${#longest} bytes, a unix socket's path at most 107; choose a shorter folder"
}

# The keys of shiplog.json that these scripts need. Comments and trailing commas are allowed there, but not by jq.
settings_load() {
  [ -e "$SL_CONFIG" ] || return 0
  local plain values
  plain=$(perl -0777 -pe 's{("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/}{$1 // ""}gse; s{("(?:\\.|[^"\\])*")|,(?=\s*[\]\}])}{$1 // ""}gse' "$SL_CONFIG")
  values=$(jq -er '[.http // "", .registry // "", .user // "", .bridge // ""] | @tsv' <<<"$plain") ||
    fail "$SL_CONFIG is not valid JSON (see the line above)"
  local http registry user bridge
  IFS=$'\x1f' read -r http registry user bridge <<<"${values//$'\t'/$'\x1f'}"
  SL_HTTP=${http:-$SL_HTTP} SL_REGISTRY=${registry:-$SL_REGISTRY} SL_USER=${user:-$SL_USER} SL_BRIDGE=${bridge:-$SL_BRIDGE}
}

# Folders that must exist before a process of the instance starts; /run is empty after a boot. Idempotent.
instance_prepare() {
  install -d -m 0711 "$SL_HOME"
  install -d -m 0700 "$SL_HOME/worker"
  install -d -m 0755 "$SL_HOME/bin" "$SL_RUN" "$SL_PIDS"
  install -d -m 0750 "$SL_LOG"
  # Who may connect to a socket is decided by its folder: the server may only reach the worker, root and the server
  # only PostgreSQL. The server's own folder is open, the sockets in it have modes of their own.
  install -d -m 0750 -g "$SL_USER" "$SL_RUN/worker"
  install -d -m 0711 -o "$SL_USER" -g "$SL_USER" "$SL_RUN/server"
  install -d -m 0750 -o postgres -g "$SL_USER" "$SL_PG_SOCKETS"
  [ -L "$SL_SOCKET" ] || ln -s server/docker.sock "$SL_SOCKET"
  [ -e "$SL_HOME/registry" ] || install -d -m 0750 -o docker-registry -g docker-registry "$SL_HOME/registry"
}

# A namespace is pinned by a bind mount on a file, which the kernel refuses where the mount could propagate into the
# very namespace that is pinned (mount_namespaces(7)): so the pins live on a private mount of their own.
pins_prepare() {
  mkdir -p "$SL_RUN/ns"
  if ! findmnt -rn --mountpoint "$SL_RUN/ns" >/dev/null; then
    mount --bind "$SL_RUN/ns" "$SL_RUN/ns"
    mount --make-private "$SL_RUN/ns"
  fi
}

pinned() { [ "$(stat -fc %T "$1" 2>/dev/null)" = nsfs ]; }

# The network namespace the instance lives in: the one it was first started in.
network_pin() {
  pinned "$SL_NETWORK" && return
  : >"$SL_NETWORK"
  mount --bind /proc/self/ns/net "$SL_NETWORK"
}

in_network() {
  if pinned "$SL_NETWORK"; then nsenter --net="$SL_NETWORK" -- "$@"; else "$@"; fi
}

# The worker's mount namespace. Mounts of containers live in it, so it outlives the worker: a restarted one enters the
# same. Events of the host's mounts come in, nothing goes out (slave).
mounts_pin() {
  pinned "$SL_MOUNTS" && return
  : >"$SL_MOUNTS"
  # crun refuses a machine that mounts both cgroup v1 hierarchies and a cgroup2 with a controller ("hybrid"), so the
  # cgroup2 mount is hidden where there are v1 ones.
  # shellcheck disable=SC2016
  unshare --mount="$SL_MOUNTS" --propagation slave -- sh -c '
    if findmnt -rn -t cgroup >/dev/null && findmnt -rn --mountpoint /sys/fs/cgroup/unified >/dev/null; then
      umount /sys/fs/cgroup/unified
    fi'
}

# What our processes get of the caller's environment: nothing but the proxies that a pull may need.
clean_env() {
  SL_ENV=(env -i "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" LANG=C.UTF-8
    "SHIPLOG_HOME=$SL_HOME" "DOTNET_ROOT=$SL_BIN/dotnet" DOTNET_CLI_TELEMETRY_OPTOUT=1
    # No debugger's socket in /tmp; and one arena of the C library for all threads, which gives back what a burst has taken.
    DOTNET_EnableDiagnostics=0 MALLOC_ARENA_MAX=1
    # Pages of compiled code are mapped once instead of twice: 26 MB less in all and a twelfth less work until both answer. What is
    # given up guards against errors in native code that write into such pages.
    DOTNET_EnableWriteXorExecute=0)
  local name
  for name in HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy; do
    [ -z "${!name:-}" ] || SL_ENV+=("$name=${!name}")
  done
}

# A process is named by its id and its start time (proc(5), stat field 22): an id alone may be somebody else's by now.
started_at() {
  local stat
  read -r stat <"/proc/$1/stat" || return 1
  stat=${stat##*) }
  # shellcheck disable=SC2086
  set -- $stat
  [ "$1" != Z ] && printf '%s' "${20}"
} 2>/dev/null

pid_write() { # FILE PID
  printf '%s %s\n' "$2" "$(started_at "$2")" >"$1.new" && mv "$1.new" "$1"
}

# Prints the process id if the recorded process lives.
pid_read() { # FILE
  local pid at
  read -r pid at 2>/dev/null <"$1" && [ -n "$at" ] && [ "$(started_at "$pid")" = "$at" ] && printf '%s\n' "$pid"
}
