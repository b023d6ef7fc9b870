# shellcheck shell=bash
# Turns the samples into docs/benchmarks.md. Source it.

median() { # CASE ENGINE
  awk -F '\t' -v c="$1" -v e="$2" '$1 == c && $2 == e { print $3 }' "$SAMPLES" | sort -g |
    awk '{ v[NR] = $1 } END { if (NR) printf "%.1f", NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}
spread() { # CASE ENGINE
  awk -F '\t' -v c="$1" -v e="$2" '$1 == c && $2 == e { print $3 }' "$SAMPLES" | sort -g |
    awk '{ v[NR] = $1 } END { if (NR) printf "%.0f to %.0f", v[1], v[NR] }'
}

row() { # CASE
  local ours theirs ratio
  ours=$(median "$1" ours) theirs=$(median "$1" theirs)
  [ -n "$ours" ] || return 0
  ratio=$(awk -v a="$ours" -v b="${theirs:-0}" 'BEGIN { if (b > 0) printf "**%.2f**", a / b; else printf "" }')
  printf '| %s | %s | %s | %s |\n' "$1" "$ours ($(spread "$1" ours))" "${theirs:+$theirs ($(spread "$1" theirs))}" "$ratio"
}

# With podman beside; the ratio is to the faster of the two.
row_of_three() { # CASE
  local ours theirs podman ratio
  ours=$(median "$1" ours) theirs=$(median "$1" theirs) podman=$(median "$1" podmans)
  [ -n "$ours" ] || return 0
  ratio=$(awk -v a="$ours" -v b="${theirs:-0}" -v c="${podman:-0}" 'BEGIN { if (!b || (c && c < b)) b = c; if (b) printf "**%.2f**", a / b }')
  printf '| %s | %s | %s | %s | %s |\n' "$1" "$ours ($(spread "$1" ours))" "${theirs:+$theirs ($(spread "$1" theirs))}" \
    "${podman:+$podman ($(spread "$1" podmans))}" "$ratio"
}

speed() { # CASE TITLE: MB a second of the unpacked archives
  local time
  time=$(median "unpack: $1" ours)
  [ -z "$time" ] || printf '| %s | %s | %s |\n' "$2" "$time" "$(awk -v t="$time" -v b="$PULL_BYTES" 'BEGIN { printf "%.0f", b / t / 1000 }')"
}

# What was not measured in this run has no line.
figure() { # CASE TITLE "NOTE OF OURS" "NOTE OF THEIRS" AIM
  local ours theirs
  ours=$(median "$1" ours) theirs=$(median "$1" theirs)
  [ -z "$ours" ] || printf '| %s | %s | %s | %s |\n' "$2" "$ours${3:+ $3}" "${theirs:+$theirs${4:+ $4}}" "$5"
}

difference() { # TITLE CASE CASE: between medians
  local engine title=$1 cells=
  [ -n "$(median "$2" ours)" ] || return 0
  for engine in ours theirs; do
    cells+=" $(awk -v a="$(median "$2" $engine)" -v b="$(median "$3" $engine)" 'BEGIN { printf "%.1f", a - b }') |"
  done
  printf '| %s |%s | |\n' "$title" "${cells% |}"
}

report() {
  local commands='docker run --rm busybox true, network'
  cat <<HEAD
# Benchmarks

Written by \`sudo infra/bench\`: Shiplog and Debian's dockerd driven by the same docker CLI on the same machine in one run, turn by
turn. Medians (smallest to largest) in milliseconds, CLI included; below 1 the ratio is in our favour. Every event was durable
before a command was answered (\`synchronous_commit\` and \`fsync\` on).

Measured on $(date -u +%F): $(nproc) cores, $(awk '/MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo) GB, Linux $(uname -r | cut -d- -f1),
dockerd $(theirs version -f '{{.Server.Version}}'), crun $(crun --version | sed -n 's/^crun version //p'), docker CLI $(docker --version | sed 's/Docker version \([^,]*\).*/\1/'); $RUNS rounds after $WARM to warm up.

## Running a container

| command | Shiplog | dockerd | ratio |
| --- | --- | --- | --- |
HEAD
  row "$commands bridge"
  row "$commands none"
  cat <<FLOOR

The floor: \`crun run\` of the same bundle (same seccomp profile, capabilities, masked paths) takes $(median "$commands none" crun) ms
($(spread "$commands none" crun)), and the docker CLI $(median 'docker version (the client alone)' ours) ms before it asks anything.

## One by one

| command | Shiplog | dockerd | ratio |
| --- | --- | --- | --- |
FLOOR
  for case in create start 'exec of true' inspect stop remove '20 run -d in a row' 'ps -a with 200 containers'; do row "$case"; done
  cat <<EXEC

Of an exec, the docker CLI is $(median 'docker version (the client alone)' ours) ms before it asks anything, and \`crun exec\` of the same program in
the same container $(median 'exec of true' crun) ms ($(spread 'exec of true' crun)).

## Images

| command | Shiplog | dockerd | podman | ratio to the faster |
| --- | --- | --- | --- | --- |
EXEC
  row_of_three 'pull of 8 layers, 300 MB'
  row_of_three 'commit of 2,000 files'
  row_of_three 'save of 8 layers, 300 MB'
  row_of_three 'load of 8 layers, 300 MB'
  row_of_three 'images, with 500 of them'
  printf '\nThe registry is on loopback; the commit is of %s MB; all load the archive that dockerd saved.\n' "$(median 'commit: MB' ours | cut -d. -f1)"
  report_builds
  report_unpack
  report_drivers
  printf '\n## Networks\n\n| figure | Shiplog | dockerd | ratio |\n| --- | --- | --- | --- |\n'
  difference 'run on the default network less with none, ms' "$commands bridge" "$commands none"
  row '200 containers, 4 at a time'
  row 'between two containers'
  row 'through a published port'
  printf '\nThe last two in gigabits a second (iperf3, one stream, 2 s): more is better. All 200 ran, and no link was left of them.\n'
  printf '\n## Memory, start, recovery\n\n| figure | Shiplog | dockerd | aim |\n| --- | --- | --- | --- |\n'
  figure 'resident, idle: engine' 'resident when idle after the start, MB' \
    "(server $(median 'resident, idle: server' ours), worker $(median 'resident, idle: worker' ours); $(median 'resident, idle: shared' ours) of it are pages that both share, counted twice)" \
    '(with containerd)' 260
  figure 'resident with 50 running' 'resident with 50 containers running, monitors included, MB' \
    "(monitors $(median 'resident with 50 running: monitors' ours))" '(with containerd and its shims)' "dockerd's"
  figure 'start until both answer' 'server and worker started until both answer, ms' "($(spread 'start until both answer' ours))" '' 1200
  figure 'ready again after kill -9 of both' 'ready again after kill -9 of both, a container untouched, ms' \
    "($(spread 'ready again after kill -9 of both' ours))" '(--live-restore, and its containerd)' 1200
  figure 'run --rm, the first of many' "\`run --rm\`, the first tenth of $(median lives ours | cut -d. -f1) lives, ms" '' '' ''
  figure 'run --rm, the last of many' 'the last tenth, ms; nothing left in the kernel' '' '' '1.20 times the first'
  figure 'resident after many lives' 'resident when idle after them, MB' '' '' ''
  cat <<TRACE

## Where the time of one run goes

One \`docker run --rm busybox true\` on the default network, as its events tell it:

TRACE
  report_trace
}

report_builds() {
  [ -n "$(median 'build of ten steps' ours)" ] || return 0
  printf '\n### Builds\n\nBy the classic builder of both, three of the ten steps run a program:\n\n| command | Shiplog | dockerd | ratio |\n| --- | --- | --- | --- |\n'
  row 'build of ten steps'
  row 'the same, all in the cache'
}

report_unpack() {
  [ -n "$(median 'unpack: load' ours)" ] || return 0
  cat <<UNPACK

### Unpacking

The layers of that image, $((PULL_BYTES / 1000000)) MB unpacked, as archives compressed by gzip:

| what | ms | MB/s |
| --- | --- | --- |
UNPACK
  speed load '`docker load`: unpacked, checked by both digests, compressed layers kept, on disk when it ends'
  speed tar_in_turn 'GNU tar with gzip, one layer after the other'
  speed tar_at_once 'the same, all layers at once'
  speed gzip_only 'of this: gzip alone'
  speed files_only 'of this: making the files alone, from archives that are not compressed'
  speed hash_only 'besides: sha256 of the compressed and of the unpacked archives'
  printf '\nWhat tar writes is in memory when it ends; what we write is on the disk.\n'
}

report_drivers() {
  local driver measure
  [ -n "$(median 'driver: run' overlay2)" ] || return 0
  cat <<'DRIVERS'

### Storage drivers

The same on each, in milliseconds. The image that is run has 2,000 files besides busybox; the container that is looked at and committed
has written them.

| driver | pull of 8 layers | layers on disk, MB | run | diff | commit |
| --- | --- | --- | --- | --- | --- |
DRIVERS
  for driver in $DRIVERS; do
    printf '| %s |' "$driver"
    for measure in pull MB run diff commit; do printf ' %s |' "$(median "driver: $measure" "$driver")"; done
    printf '\n'
  done
}

# The life of one container, each event with the milliseconds since the first.
report_trace() {
  local id number
  for number in 1 2 3 4 5; do ours run --rm busybox true; done # warm, as what is measured above
  ours run --rm --cidfile "$WORK/cid" busybox true
  id=$(cat "$WORK/cid")
  sleep 0.5
  printf '| at, ms | event | step took, ms |\n| --- | --- | --- |\n'
  engine_api GET "/api/v1/containers/$id/events" | jq -r '
    def ms: (.[0:19] + "Z" | fromdate) * 1000 + ((.[20:] | gsub("[^0-9].*$"; "") + "000000")[0:6] | tonumber / 1000);
    (.[0].at | ms) as $begin | .[] |
    "| \(((.at | ms) - $begin) * 10 | round / 10) | \(.type) | \(.data.durationMs // "" | if type == "number" then (. * 10 | round / 10) else . end) |"'
}
