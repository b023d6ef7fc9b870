# shellcheck shell=bash
# The engines that are compared: ours, Debian's dockerd, and the OCI runtime alone. Source it.

inside() { nsenter --net="/run/netns/$NETWORK" -- "$@"; }

# The clients. The docker CLI is the same program for both engines.
ours() { inside docker --host "unix://$SL_SOCKET" "$@"; }
theirs() { inside docker --host "unix://$WORK/docker.sock" "$@"; }

# Only for images: it has no daemon, and what it does with them needs no runtime.
podmans() {
  CONTAINERS_CONF=$WORK/podman.conf inside podman --root "$WORK/podman" --runroot "$WORK/podman-run" --storage-driver overlay \
    --cgroup-manager cgroupfs --events-backend none --log-level error "$@"
}

engines_up() {
  export DOCKER_CLI_HINTS=false
  ip netns add "$NETWORK"
  ip -n "$NETWORK" link set lo up
  export SHIPLOG_HOME=$WORK/home
  mkdir -p "$SHIPLOG_HOME"
  printf '{ "bip": "172.30.0.1/16" }\n' >"$SHIPLOG_HOME/shiplog.json" # 172.17 is dockerd's
  inside infra/up >"$WORK/up.log" 2>&1 || { cat "$WORK/up.log" && fail "infra/up failed"; }
  instance_load
  dockerd_up
  printf '[engine]\nstatic_dir = "%s"\ntmp_dir = "%s"\nvolume_path = "%s"\n[containers]\ndefault_ulimits = []\n' \
    "$WORK/podman/libpod" "$WORK/podman-tmp" "$WORK/podman/volumes" >"$WORK/podman.conf"
  podmans pull -q --tls-verify=false "$SL_REGISTRY/busybox:latest" >/dev/null
  podmans tag "$SL_REGISTRY/busybox:latest" busybox
  local engine
  for engine in ours theirs; do
    $engine pull -q "$SL_REGISTRY/busybox:latest" >/dev/null
    $engine tag "$SL_REGISTRY/busybox:latest" busybox
  done
  runtime_bundle
}

dockerd_up() {
  dockerd_start
  within 60 dockerd_ready || { tail "$WORK/dockerd.log" && fail "dockerd does not answer"; }
}
dockerd_start() { # containers survive its end, as they survive ours
  setsid nsenter --net="/run/netns/$NETWORK" -- dockerd --host "unix://$WORK/docker.sock" --data-root "$WORK/docker" \
    --exec-root "$WORK/docker-run" --pidfile "$WORK/docker.pid" --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent /shiplog-bench \
    --live-restore --insecure-registry "$SL_REGISTRY" >>"$WORK/dockerd.log" 2>&1 </dev/null &
}
dockerd_kill() {
  local pids pid
  # shellcheck disable=SC2046
  pids=("$(cat "$WORK/docker.pid")" $(pgrep -P "$(cat "$WORK/docker.pid")" containerd))
  kill -KILL "${pids[@]}"
  # A dockerd that finds its containerd's id in use, if only by a dead one not reaped yet, waits for it and does not start.
  for pid in "${pids[@]}"; do within 30 test ! -e "/proc/$pid"; done
  rm "$WORK/docker.pid"
}
dockerd_ready() { curl -sf -o /dev/null --unix-socket "$WORK/docker.sock" http://docker/_ping; }

# The bundle that we gave a container of busybox, with its seccomp filter, capabilities and masked paths: what is left when the
# engine around it is taken away.
runtime_bundle() {
  local id config
  id=$(ours run -d busybox sleep 60)
  config=$SL_RUN/containers/$id/config.json # there while the container runs
  [ -s "$config" ] || fail "the bundle of container $id was not found"
  mkdir -p "$WORK/bundle/rootfs"
  busybox_layer "$WORK/layer"
  cp -a "$WORK/layer/root/." "$WORK/bundle/rootfs/"
  # Its own network namespace instead of the engine's, nothing bound from the container's folder, nobody to tell.
  jq '.root.path = "rootfs" | .process.args = ["true"] | .process.terminal = false | .hooks = {} | .linux.cgroupsPath = "/shiplog-bench/bare"
      | .linux.namespaces |= map(if .type == "network" then {type} else . end)
      | .mounts |= map(select(.type != "bind" and ((.options // []) | index("bind") | not)))' "$config" >"$WORK/bundle/config.json"
  ours rm -f "$id" >/dev/null
}

bare() {
  nsenter --mount="$SL_MOUNTS" -- crun --root "$WORK/crun" --cgroup-manager cgroupfs run --bundle "$WORK/bundle" "bare-$RANDOM$RANDOM"
}

engines_down() {
  local status=$? pid
  if pid=$(cat "$WORK/docker.pid" 2>/dev/null); then
    kill "$pid" || :
    within 30 test ! -e "/proc/$pid" || :
  fi
  [ ! -e "$WORK/home" ] || SHIPLOG_HOME=$WORK/home infra/down --purge || :
  awk -v work="$WORK/" 'index($5, work) == 1 { print $5 }' /proc/self/mountinfo | tac | xargs -r -n1 umount -l || :
  find /sys/fs/cgroup -depth -type d -path '*/shiplog-bench*' -exec rmdir {} + 2>/dev/null || :
  ip netns delete "$NETWORK" || :
  rm -rf --one-file-system "$WORK"
  exit "$status"
}
