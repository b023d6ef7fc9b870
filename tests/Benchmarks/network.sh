# shellcheck shell=bash
# What packets and many starts at once cost. Source it.

# The host's iperf3 and its libraries, in a container.
IPERF=(-v /usr:/usr:ro -v /lib:/lib:ro -v /lib64:/lib64:ro)

measure_network() {
  local engine RUNS=${NETWORK_RUNS:-5} WARM=1
  for engine in ours theirs; do $engine run -d --name bench-iperf -p 5201 "${IPERF[@]}" busybox iperf3 -s >/dev/null; done
  rounds network_round
  for engine in ours theirs; do $engine rm -f bench-iperf >/dev/null; done
  starts_200
}

network_round() {
  local engine address gateway
  for engine in ours theirs; do
    read -r address gateway < <($engine inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{.Gateway}}{{end}}' bench-iperf)
    throughput 'between two containers' $engine $engine run --rm "${IPERF[@]}" busybox iperf3 -c "$address" -t 2 -J
    throughput 'through a published port' $engine inside iperf3 -c "$gateway" -p "$(port_of $engine)" -t 2 -J
  done
}
port_of() { "$1" port bench-iperf 5201/tcp | sed -n '1s/.*://p'; }

throughput() { # CASE ENGINE COMMAND...: gigabits a second
  local case=$1 engine=$2
  shift 2
  "$@" >"$WORK/iperf.json" || fail "$case with $engine failed: $*: $(cat "$WORK/iperf.json")"
  [ "$ROUND" -lt "$WARM" ] || sample "$case" "$engine" "$(jq '.end.sum_received.bits_per_second / 1e9 * 100 | round / 100' "$WORK/iperf.json")"
}

# Four clients at a time: seconds until all run, and what is left when all are removed.
starts_200() {
  local engine begun ROUND=0 WARM=0
  for engine in ours theirs; do
    begun=$(links)
    timed '200 containers, 4 at a time' $engine start_many $engine
    [ "$($engine ps -q | wc -l)" = 200 ] || fail "of 200 containers $($engine ps -q | wc -l) run with $engine"
    remove_all $engine
    within 10 links_are "$begun" || fail "$(($(links) - begun)) links are left by $engine"
  done
}
start_many() { # ENGINE
  local client clients=() number
  for client in 1 2 3 4; do
    for ((number = 0; number < 50; number++)); do "$1" run -d busybox sleep 3600; done &
    clients+=($!)
  done
  for client in "${clients[@]}"; do wait "$client"; done
}
links_are() { [ "$(links)" = "$1" ]; }
links() { inside ip -o link | wc -l; }
