# shellcheck shell=bash
# Starts, stops and waits for the processes of an instance. Source it after instance.sh.

SL_PROCESSES='postgresql worker server registry' # in the order in which they start

instance_lock() {
  mkdir -p "$SL_HOME"
  exec 9>"$SL_HOME/.lock"
  flock -n 9 || fail "another infra/up or infra/down works on $SL_HOME; wait for it"
}

under_systemd() { [ -d /run/systemd/system ] && [ "$SL_HOME" = /var/lib/shiplog ]; }

process_start() { # NAME
  local orphan
  if under_systemd; then
    systemctl start "shiplog-$1.service"
  elif ! pid_read "$SL_PIDS/$1.supervisor" >/dev/null; then
    # Somebody killed the supervisor only; two of one kind must never run.
    if orphan=$(pid_read "$SL_PIDS/$1"); then
      kill -INT "$orphan"
      within 10 process_dead "$1" || kill -KILL "$orphan"
    fi
    rm -f "$SL_PIDS/$1.refused"
    setsid --fork "$SL_BIN/libexec/supervise" "$1" "$SL_BIN/libexec/run-$1" </dev/null >/dev/null 2>&1 9>&-
  fi
}

process_stop() { # NAME
  local pid
  if under_systemd; then
    systemctl stop "shiplog-$1.service"
    return
  fi
  pid=$(pid_read "$SL_PIDS/$1.supervisor") || return 0
  kill -TERM "$pid"
  within 30 process_gone "$1" || {
    say "$1 does not stop on SIGTERM; killing it"
    pid=$(pid_read "$SL_PIDS/$1") && kill -KILL "$pid"
    within 5 process_gone "$1"
  }
}

process_dead() { ! pid_read "$SL_PIDS/$1" >/dev/null; }
process_gone() { ! pid_read "$SL_PIDS/$1.supervisor" >/dev/null; }

process_id() { # NAME
  if under_systemd; then
    systemctl show -p MainPID --value "shiplog-$1.service" | grep -vx 0
  else
    pid_read "$SL_PIDS/$1"
  fi
}

within() { # SECONDS COMMAND...: true as soon as the command is
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.02
  done
}

process_settled() { "$1_ready" || [ -e "$SL_PIDS/$1.refused" ]; }

process_await() { # NAME
  if ! within 60 process_settled "$1" || [ -e "$SL_PIDS/$1.refused" ]; then
    say "The last lines of $SL_LOG/$1.log:" >&2
    if under_systemd; then journalctl -n 20 -u "shiplog-$1.service" >&2; else tail -n 20 "$SL_LOG/$1.log" >&2; fi
    fail "$1 does not answer"
  fi
}

worker_ready() { curl -sf -o /dev/null --unix-socket "$SL_WORKER_SOCKET" http://worker/ready; }
server_ready() { curl -sf -o /dev/null --unix-socket "$SL_SOCKET" http://shiplog/_ping; }
registry_ready() { in_network curl -sf -o /dev/null "http://$SL_REGISTRY/v2/"; }
