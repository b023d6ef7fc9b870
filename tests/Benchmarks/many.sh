# shellcheck shell=bash
# What is measured with many containers, and with one that is asked to run more. Source it.

measure_exec() {
  local engine
  for engine in ours theirs; do $engine run -d --name bench-exec busybox sleep 3600 >/dev/null; done
  BARE_EXEC=$(ours inspect -f '{{.Id}}' bench-exec)
  rounds exec_round
  for engine in ours theirs; do $engine rm -f bench-exec >/dev/null; done
}
exec_round() {
  local engine
  for engine in ours theirs; do timed 'exec of true' $engine $engine exec bench-exec true; done
  timed 'exec of true' crun bare_exec
}
# In the container of ours, without the engine around it.
bare_exec() { nsenter --mount="$SL_MOUNTS" -- crun --root "$SL_RUN/runtime" exec "$BARE_EXEC" true; }

measure_many() {
  local RUNS=${MANY_RUNS:-5} WARM=1
  rounds many_round
  containers_200
  containers_50
}

many_round() {
  local engine
  for engine in ours theirs; do
    timed '20 run -d in a row' $engine run_20 $engine
    remove_all $engine
  done
}
run_20() { # ENGINE
  local number
  for ((number = 0; number < 20; number++)); do "$1" run -d busybox sleep 3600; done
}
remove_all() { # ENGINE
  local ids
  mapfile -t ids < <("$1" ps -aq)
  [ ${#ids[@]} = 0 ] || "$1" rm -f "${ids[@]}" >/dev/null
}

# `ps -a` with 200 containers, created and never started.
containers_200() {
  local engine number RUNS=${PS_RUNS:-15}
  for engine in ours theirs; do
    for ((number = 0; number < 200; number++)); do $engine create busybox true >/dev/null; done
  done
  rounds ps_round
  for engine in ours theirs; do remove_all $engine; done
}
ps_round() {
  local engine
  for engine in ours theirs; do timed 'ps -a with 200 containers' $engine $engine ps -a; done
}

# Everything of the engine's own that is resident while 50 containers run: its processes and one monitor a container.
containers_50() {
  local engine number
  for engine in ours theirs; do
    for ((number = 0; number < 50; number++)); do $engine run -d busybox sleep 3600 >/dev/null; done
  done
  sleep 10 # idle
  # shellcheck disable=SC2046
  sample 'resident with 50 running: monitors' ours "$(resident $(monitors_ours))"
  # shellcheck disable=SC2046
  sample 'resident with 50 running' ours "$(resident "$(process_id server)" "$(process_id worker)" $(monitors_ours))"
  # shellcheck disable=SC2046
  sample 'resident with 50 running' theirs "$(resident "$(cat "$WORK/docker.pid")" $(pgrep -P "$(cat "$WORK/docker.pid")" containerd) $(pgrep -f "^/usr/bin/containerd-shim.*$WORK/"))"
  for engine in ours theirs; do remove_all $engine; done
}
monitors_ours() { pgrep -f "^[^ ]*conmon .*$SHIPLOG_HOME/"; }

# 1,000 lives one after the other: does the last hundred take longer than the first?
measure_endurance() {
  local lives=${LIVES:-1000} tenth ROUND WARM=0 before after
  tenth=$((lives / 10))
  before=$(kernel_things)
  for ((ROUND = 0; ROUND < lives; ROUND++)); do
    if [ "$ROUND" -lt "$tenth" ]; then
      timed 'run --rm, the first of many' ours ours run --rm busybox true
    elif [ "$ROUND" -ge $((lives - tenth)) ]; then
      timed 'run --rm, the last of many' ours ours run --rm busybox true
    else
      ours run --rm busybox true >/dev/null
    fi
  done
  sleep 10 # idle
  sample 'resident after many lives' ours "$(resident "$(process_id server)" "$(process_id worker)")"
  after=$(kernel_things)
  [ "$before" = "$after" ] || fail "$lives lives have left something: $(diff <(echo "$before") <(echo "$after"))"
  sample 'lives' ours "$lives"
}
kernel_things() { # mounts of the worker, links, cgroups
  awk '{ print "mount", $5 }' "/proc/$(process_id worker)/mountinfo" | sort
  inside ip -o link | wc -l
  find "/sys/fs/cgroup/pids/$SL_NAME" -mindepth 1 -type d 2>/dev/null | wc -l
}
