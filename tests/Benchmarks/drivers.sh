# shellcheck shell=bash
# What the storage drivers cost beside each other, all on one host. Source it.

DRIVERS='overlay2 erofs fuse-overlayfs vfs' # btrfs needs a file system of its own

measure_drivers() {
  local RUNS=${IMAGE_RUNS:-5} WARM=1 driver
  [ -n "${PULL_BYTES:-}" ] || pull_image
  for driver in $DRIVERS; do
    driver_use "\"storage-driver\": \"$driver\","
    rounds driver_pull_round
    # An image of some size, with a program to run.
    ours create --name bench-driver busybox true >/dev/null
    files_some
    ours cp -q "$WORK/files" bench-driver:/files
    ours commit bench-driver bench-driver >/dev/null
    rounds driver_run_round
    ours rmi bench-driver >/dev/null
    ours rm bench-driver >/dev/null
    rm -r "$WORK/files"
  done
  driver_use ''
}

driver_use() { # LINE
  printf '{ %s "bip": "172.30.0.1/16" }\n' "$1" >"$SHIPLOG_HOME/shiplog.json"
  inside infra/up >"$WORK/up.log" 2>&1 || { cat "$WORK/up.log" && fail "infra/up failed"; }
}

driver_pull_round() {
  sync
  timed 'driver: pull' "$driver" ours pull -q "$SL_REGISTRY/big:1"
  [ "$ROUND" -lt "$WARM" ] || sample 'driver: MB' "$driver" "$(du -sm "$SHIPLOG_HOME/worker/layers" | cut -f1)"
  ours rmi "$SL_REGISTRY/big:1" >/dev/null
}

driver_run_round() {
  sync
  timed 'driver: run' "$driver" ours run --rm --network none bench-driver true
  timed 'driver: diff' "$driver" ours diff bench-driver
  timed 'driver: commit' "$driver" ours commit bench-driver "bench-driver:$ROUND"
  ours rmi "bench-driver:$ROUND" >/dev/null
}
