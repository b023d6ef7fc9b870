# shellcheck shell=bash
# Runs the first container and shows its events: with the docker CLI where there is one, else over the same socket with
# curl. Source it.

docker_found() { command -v docker >/dev/null; }
engine() { docker --host "unix://$SL_SOCKET" "$@"; }
engine_api() { # METHOD PATH [CURL ARGUMENT...]
  local method=$1 path=$2
  shift 2
  curl -sS --fail-with-body --unix-socket "$SL_SOCKET" -X "$method" -H 'Content-Type: application/json' "$@" "http://shiplog$path"
}

hello() {
  local image=$SL_REGISTRY/busybox:latest words='Hello from a container with a memory' id
  say "Pulling $image and running a container from it"
  if docker_found; then
    engine pull -q "$image" >/dev/null || hello_failed "$image"
    id=$(engine create "$image" echo "$words")
    engine start -a "$id"
    engine rm "$id" >/dev/null
  else
    engine_api POST "/images/create?fromImage=$SL_REGISTRY/busybox&tag=latest" >"$SL_RUN/pull.json" || hello_failed "$image"
    ! jq -er 'select(.error) | .error' "$SL_RUN/pull.json" >&2 || hello_failed "$image"
    id=$(engine_api POST /containers/create -d "$(jq -nc --arg image "$image" --arg words "$words" \
      '{Image: $image, Cmd: ["echo", $words], Tty: true}')" | jq -r .Id)
    engine_api POST "/containers/$id/start"
    engine_api POST "/containers/$id/wait" >/dev/null
    engine_api GET "/containers/$id/logs?stdout=1"
    engine_api DELETE "/containers/$id"
  fi
  say "What PostgreSQL has recorded of it:"
  events_print "$id"
}

hello_failed() { # IMAGE
  fail "$1 could not be pulled. The registry should answer at http://$SL_REGISTRY/v2/ (its log: $SL_LOG/registry.log);" \
    "use 'infra/up --no-demo' to go without it, or name one that you can reach under \"registry-mirrors\" in $SL_CONFIG"
}

# One line an event: position, time, what, who, why.
events_print() { # CONTAINER
  engine_api GET "/api/v1/containers/$1/events" |
    jq -r '.[] | [(.sequence | tostring), .at[11:23], .type, .actor, .cause] | @tsv' |
    awk -F '\t' '{ printf "%6s  %-12s  %-26s %-12s %s\n", $1, $2, $3, $4, $5 }'
}
