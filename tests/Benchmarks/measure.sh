# shellcheck shell=bash
# What is measured. Every function adds lines "case <tab> engine <tab> milliseconds" to SAMPLES. Source it.

sample() { printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$SAMPLES"; }

timed() { # CASE ENGINE COMMAND...: only rounds after the warm-up count
  local case=$1 engine=$2 begun ended
  shift 2
  begun=${EPOCHREALTIME/./}
  "$@" >/dev/null 2>"$WORK/error" || { cat "$WORK/error" >&2 && fail "$case with $engine failed: $*"; }
  ended=${EPOCHREALTIME/./}
  [ "$ROUND" -lt "$WARM" ] || sample "$case" "$engine" "$(awk -v t=$((ended - begun)) 'BEGIN { printf "%.2f", t / 1000 }')"
}

rounds() { # COMMAND...
  for ((ROUND = 0; ROUND < WARM + RUNS; ROUND++)); do "$@"; done
}

measure_commands() { rounds commands_round; }
commands_round() {
  local engine network
  for network in bridge none; do
    for engine in ours theirs; do
      timed "docker run --rm busybox true, network $network" $engine $engine run --rm --network $network busybox true
    done
  done
  timed 'docker run --rm busybox true, network none' crun bare
  timed 'docker version (the client alone)' ours ours --version
}

measure_api() { rounds api_round; }
api_round() {
  local engine name
  for engine in ours theirs; do
    name=bench-$ROUND
    timed create $engine $engine create --name "$name" busybox sh -c 'trap "exit 0" TERM; while :; do sleep 0.01; done'
    timed start $engine $engine start "$name"
    sleep 0.3 # let the shell set its trap
    timed inspect $engine $engine inspect "$name"
    timed stop $engine $engine stop "$name"
    timed remove $engine $engine rm "$name"
  done
}

# An image of 8 layers and about 300 MB of real files, the same for both.
pull_image() {
  local layer layers='[]' diffs='[]' config number file
  find /usr/lib /usr/share -xdev -type f -size -1500k -printf '%s\t%p\n' 2>/dev/null | LC_ALL=C sort -t$'\t' -k2 |
    awk -F '\t' -v folder="$WORK" '{ total += $1 } total <= 8 * 38e6 { print $2 >(folder "/list" int(total / 38e6)) }'
  for number in 0 1 2 3 4 5 6 7; do
    file=$WORK/layer$number
    tar --numeric-owner --owner=0 --group=0 --mtime=@0 --no-recursion -T "$WORK/list$number" -cf "$file.tar" 2>/dev/null
    gzip -n -6 <"$file.tar" >"$file.gz"
    layer=$(blob_push big "$file.gz")
    diffs=$(jq -c --arg d "sha256:$(sha256sum <"$file.tar" | cut -c1-64)" '. + [$d]' <<<"$diffs")
    layers=$(jq -c --arg d "$layer" --argjson s "$(stat -c %s "$file.gz")" \
      '. + [{mediaType: "application/vnd.docker.image.rootfs.diff.tar.gzip", size: $s, digest: $d}]' <<<"$layers")
    PULL_BYTES=$((${PULL_BYTES:-0} + $(stat -c %s "$file.tar")))
    rm "$file.tar" "$file.gz"
  done
  jq -nc --argjson diffs "$diffs" '{architecture: "amd64", os: "linux", config: {Cmd: ["true"]}, rootfs: {type: "layers", diff_ids: $diffs}}' >"$WORK/big.json"
  config=$(blob_push big "$WORK/big.json")
  jq -nc --arg type "$MANIFEST_TYPE" --arg config "$config" --argjson size "$(stat -c %s "$WORK/big.json")" --argjson layers "$layers" \
    '{schemaVersion: 2, mediaType: $type, config: {mediaType: "application/vnd.docker.container.image.v1+json", size: $size, digest: $config}, layers: $layers}' >"$WORK/big.manifest"
  registry_curl -o /dev/null -X PUT -H "Content-Type: $MANIFEST_TYPE" --data-binary "@$WORK/big.manifest" "http://$SL_REGISTRY/v2/big/manifests/1"
}

measure_pull() {
  pull_image
  local RUNS=${PULL_RUNS:-5} WARM=1
  rounds pull_round
}
pull_round() {
  local engine
  for engine in ours theirs podmans; do
    sync # what the one before left to write is not this one's
    timed 'pull of 8 layers, 300 MB' $engine $engine pull $([ $engine != podmans ] || echo --tls-verify=false) "$SL_REGISTRY/big:1"
    $engine rmi "$SL_REGISTRY/big:1" >/dev/null
  done
}

resident() { # PID...: MB
  local pid total=0 kilobytes
  for pid; do
    kilobytes=$(awk '$1 == "VmRSS:" { print $2 }' "/proc/$pid/status")
    total=$((total + kilobytes))
  done
  echo $((total / 1024))
}

# Pages of files that are in both of two processes: the runtime and its libraries. MB
resident_shared() { # PID PID
  local pid
  for pid; do
    awk '$1 == "Rss:" { rss += $2 } $1 == "Pss:" { pss += $2 } END { print rss - pss }' "/proc/$pid/smaps_rollup"
  done | awk '{ shared += $1 } END { printf "%.0f\n", shared / 1024 }'
}

measure_memory() {
  sleep 10 # idle
  local dockerd
  dockerd=$(cat "$WORK/docker.pid")
  sample 'resident, idle: server' ours "$(resident "$(process_id server)")"
  sample 'resident, idle: worker' ours "$(resident "$(process_id worker)")"
  sample 'resident, idle: engine' ours "$(resident "$(process_id server)" "$(process_id worker)")"
  sample 'resident, idle: shared' ours "$(resident_shared "$(process_id server)" "$(process_id worker)")"
  # shellcheck disable=SC2046
  sample 'resident, idle: engine' theirs "$(resident "$dockerd" $(pgrep -P "$dockerd" containerd))"
}

measure_recovery() {
  local RUNS=${RECOVERY_RUNS:-7} WARM=1 id
  id=$(ours run -d busybox sleep 1000)
  RECOVERY_PID=$(ours inspect -f '{{.State.Pid}}' "$id")
  rounds recovery_round
  ours rm -f "$id" >/dev/null
}
recovery_round() {
  timed 'ready again after kill -9 of both' ours recovery_kill
  [ -e "/proc/$RECOVERY_PID" ] || fail "a container did not survive the engine"
  local name
  for name in server worker; do process_stop $name; done
  timed 'start until both answer' ours recovery_start
  dockerd_kill
  timed 'ready again after kill -9 of both' theirs dockerd_up
}
recovery_kill() {
  local server worker
  server=$(process_id server) worker=$(process_id worker)
  kill -KILL "$server" "$worker"
  within 60 recovery_ready
}
recovery_start() {
  process_start worker
  process_start server
  within 60 recovery_ready
}
recovery_ready() { server_ready && worker_ready; }
