# shellcheck shell=bash
# The steps of infra/up that are nobody else's. Source it.

up_check_network() {
  # 'ip netns exec' mounts a fresh /sys without the cgroup hierarchies, and containers could not be limited or stopped.
  findmnt -rn -t cgroup,cgroup2 >/dev/null ||
    fail "no cgroup hierarchy is mounted; in a network namespace start with 'nsenter --net=/run/netns/NAME infra/up'," \
      "not with 'ip netns exec'"
  # A fresh network namespace has its loopback down, and the dashboard and the registry listen there.
  ip link set lo up
  if pinned "$SL_NETWORK" && ! [ "$SL_NETWORK" -ef /proc/self/ns/net ]; then
    local name
    for name in $SL_PROCESSES; do
      [ -z "$(process_id "$name")" ] || fail "the instance in $SL_HOME runs in another network namespace;" \
        "go there with 'nsenter --net=$SL_NETWORK', or stop it with infra/down first"
    done
    umount "$SL_NETWORK"
  fi
}

up_user() {
  getent passwd "$SL_USER" >/dev/null ||
    useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin \
      --comment "Shiplog server" "$SL_USER"
}

up_config() { [ -e "$SL_CONFIG" ] || install -m 0644 infra/sample.json "$SL_CONFIG"; }

# Copies a release into the home, so that the instance does not depend on the checkout, and makes it the current one.
up_release() { # FOLDER
  local target
  target=$SL_HOME/bin/$(basename "$1")
  if [ ! -e "$target/complete" ]; then
    rm -rf "$target" "$target.new"
    cp -r --preserve=links --no-preserve=ownership "$1" "$target.new"
    chmod -R u=rwX,go=rX "$target.new"
    mv "$target.new" "$target"
  fi
  [ "$(readlink "$SL_BIN")" = "$(basename "$target")" ] || ln -sfn "$(basename "$target")" "$SL_BIN"
  find "$SL_HOME/bin" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\n' | sort -rn | tail -n +4 | cut -d' ' -f2- |
    awk -v current="$target" '$0 != current' | xargs -r rm -rf
  setpriv --reuid "$SL_USER" --regid "$SL_USER" --init-groups -- test -x "$SL_BIN/dotnet/dotnet" -a -r "$SL_BIN/server" ||
    fail "the user $SL_USER cannot reach $(readlink "$SL_BIN/dotnet") or $SL_BIN: all folders above must be open to all" \
      "(chmod o+x); install .NET in /usr/share/dotnet if it is in a private home"
}

# "docker shiplog": the docker CLI has one folder for plugins, so it is the default instance's.
PLUGIN=/usr/local/lib/docker/cli-plugins/docker-shiplog
up_plugin() {
  [ "$SL_HOME" = /var/lib/shiplog ] || return 0
  install -d -m 0755 "$(dirname "$PLUGIN")"
  ln -sfn "$SL_BIN/cli/docker-shiplog" "$PLUGIN"
}

# With systemd as process 1 the default instance is made of units; any other is kept running by libexec/supervise.
up_services() {
  under_systemd || return 0
  local unit name
  for unit in infra/systemd/*.service; do
    name=$(basename "$unit")
    sed "s|@HOME@|$SL_HOME|g; s|@USER@|$SL_USER|g" "$unit" >"/etc/systemd/system/$name.new"
    if cmp -s "/etc/systemd/system/$name.new" "/etc/systemd/system/$name"; then
      rm "/etc/systemd/system/$name.new"
    else
      mv "/etc/systemd/system/$name.new" "/etc/systemd/system/$name"
    fi
  done
  systemctl daemon-reload
  systemctl -q enable shiplog-postgresql shiplog-worker shiplog-server
}

# What the running processes were started with.
up_fingerprint() { { readlink "$SL_BIN"; cat "$SL_CONFIG"; postgres_settings; } | sha256sum | cut -c1-64; }

up_restart_if_changed() {
  local name
  [ -e "$SL_RUN/started-with" ] && [ "$(up_fingerprint)" != "$(<"$SL_RUN/started-with")" ] || return 0
  say "Release or configuration changed: restarting; containers go on"
  for name in server worker registry postgresql; do process_stop "$name"; done
}

up_mark_running() { up_fingerprint >"$SL_RUN/started-with"; }

up_port_free() { # NAME ADDRESS KEY
  [ -z "$(process_id "$1")" ] || return 0
  ! ss -Hltn "sport = :${2##*:}" | grep -qF "$2 " ||
    fail "$2 is taken by another process; set \"$3\" in $SL_CONFIG to a free port, below 32768 and on 127.0.0.1"
}

up_past() {
  if [ "$SL_HOME" = /var/lib/shiplog ]; then say "docker shiplog ps"; else say "$SL_BIN/cli/docker-shiplog -H unix://$SL_SOCKET ps"; fi
}

up_where() {
  printf '%s\n' "" \
    "docker CLI   export DOCKER_HOST=unix://$SL_SOCKET" \
    "dashboard    http://$SL_HTTP/" \
    "events       curl http://$SL_HTTP/api/v1/events" \
    "the past     $(up_past)" \
    "settings     $SL_CONFIG" \
    "logs         $SL_LOG"
  docker_found || say "The docker CLI is not installed. Debian has it in the package docker.io ('apt install" \
    "--no-install-recommends docker.io', then 'systemctl disable --now docker containerd' to do without its daemon)."
}
