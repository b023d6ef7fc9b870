# shellcheck shell=bash
# What infra/down does beside stopping processes. Source it.

# Process ids of the monitors (conmon) of this instance's containers. Their command lines name its folder.
containers_running() {
  local folder
  for folder in /proc/[0-9]*; do
    [ "$(cat "$folder/comm" 2>/dev/null)" = conmon ] || continue
    tr '\0' '\n' 2>/dev/null <"$folder/cmdline" | grep -qF "$SL_HOME/" && printf '%s\n' "${folder#/proc/}"
  done
  return 0
}

containers_stop() {
  local ids id
  if ids=$(engine_api GET /containers/json 2>/dev/null | jq -r '.[].Id'); then
    for id in $ids; do
      # All at once: each may take its ten seconds.
      engine_api POST "/containers/$id/stop" >/dev/null 2>&1 &
    done
    wait
  fi
}

# The process that serves containers' names goes on as they do (src/Shiplog.Worker/Network/NameServer.cs).
nameserver_stop() {
  local pid
  pid=$(cat "$SL_RUN/dns/aardvark.pid" 2>/dev/null) || return 0
  tr '\0' '\n' 2>/dev/null <"/proc/$pid/cmdline" | grep -qxF "$SL_RUN/dns" || return 0
  kill -TERM "$pid"
  within 10 test ! -e "/proc/$pid" || kill -KILL "$pid"
}

# Containers whose engine is away cannot be asked to stop.
containers_kill() {
  local monitor
  for monitor in $(containers_running); do
    # shellcheck disable=SC2046
    kill -KILL $(cat "/proc/$monitor/task/$monitor/children" 2>/dev/null) 2>/dev/null || :
  done
  within 10 containers_gone || {
    # shellcheck disable=SC2046
    kill -KILL $(containers_running)
  }
}
containers_gone() { [ -z "$(containers_running)" ]; }

purge() {
  containers_kill
  nameserver_stop
  # The namespaces of containers are pinned inside the worker's mount namespace: with the last pin all mounts, and with
  # the network namespaces all virtual interfaces, go.
  ! pinned "$SL_MOUNTS" || umount "$SL_MOUNTS"
  purge_network
  purge_cgroups
  ! pinned "$SL_NETWORK" || umount "$SL_NETWORK"
  ! findmnt -rn --mountpoint "$SL_RUN/ns" >/dev/null || umount "$SL_RUN/ns"
  if under_systemd; then
    systemctl -q disable shiplog-{postgresql,worker,server,registry}.service || :
    rm -f /etc/systemd/system/shiplog-{postgresql,worker,server,registry}.service
    systemctl daemon-reload
  fi
  rm -rf --one-file-system "$SL_RUN" "$SL_HOME"
  [ -e "$PLUGIN" ] || rm -f "$PLUGIN" # a link that leads nowhere now
  purge_verify
}

purge_network() {
  in_network nft delete table inet "$SL_NFT_TABLE" 2>/dev/null || :
  in_network nft delete table ip "$SL_NFT_TABLE" 2>/dev/null || :
  # Of each network's bridge there is a record (src/Shiplog.Worker/Network/NetworkRecord.cs).
  local bridge bridges=("$SL_BRIDGE")
  for bridge in "$SL_HOME"/worker/networks/*.json; do
    [ ! -e "$bridge" ] || bridges+=("$(basename "$bridge" .json)")
  done
  for bridge in "${bridges[@]}"; do in_network ip link delete "$bridge" 2>/dev/null || :; done
  PURGE_LEFT=$(
    for bridge in "${bridges[@]}"; do in_network ip -o link show "$bridge" 2>/dev/null | sed 's/^/interface /' || :; done
    in_network nft list tables | grep -w "$SL_NFT_TABLE" || :
  )
}

purge_cgroups() {
  find /sys/fs/cgroup -depth -type d -path "*/$SL_NAME*" 2>/dev/null | while read -r folder; do
    case $folder in
      */"$SL_NAME" | */"$SL_NAME"/*) rmdir "$folder" ;;
    esac
  done
}

# Says what is left, and fails if anything is.
purge_verify() {
  local left
  left=$PURGE_LEFT$(
    containers_running | sed 's/^/process /'
    awk -v home="$SL_HOME/" -v run="$SL_RUN/" 'index($5, home) == 1 || index($5, run) == 1 { print "mount", $5 }' /proc/self/mountinfo
    find /sys/fs/cgroup -type d -name "$SL_NAME" -printf 'cgroup %p\n' 2>/dev/null
    for folder in "$SL_HOME" "$SL_RUN"; do [ ! -e "$folder" ] || printf 'folder %s\n' "$folder"; done
  )
  [ -z "$left" ] || fail $'not everything could be removed:\n'"$left"
  say "Purged: no process, mount, interface, firewall table, cgroup or file of the instance is left." \
    "The user $SL_USER and the Debian packages stay."
}
