# shellcheck shell=bash
# What is measured of builds: ten steps, of which three run a program, with and without the cache. Source it.

measure_builds() {
  local RUNS=${BUILD_RUNS:-5} WARM=1
  mkdir "$WORK/build"
  build_files
  rounds builds_round
  local engine
  for engine in ours theirs; do
    $engine rmi bench-built >/dev/null
    $engine image prune -f >/dev/null
  done
  rm -r "$WORK/build"
}

build_files() {
  local number
  cat >"$WORK/build/Dockerfile" <<'END'
FROM busybox
ENV HOME=/app
WORKDIR /app
COPY one.txt .
RUN cp one.txt two.txt
COPY files files
RUN ls files | wc -l > count
LABEL kind=benchmark
RUN rm two.txt
CMD ["cat", "count"]
END
  echo one >"$WORK/build/one.txt"
  mkdir "$WORK/build/files"
  for ((number = 0; number < 100; number++)); do head -c 2000 /dev/urandom >"$WORK/build/files/$number"; done
}

builds_round() {
  local engine
  for engine in ours theirs; do
    timed 'build of ten steps' $engine $engine build -q --no-cache -t bench-built "$WORK/build"
    timed 'the same, all in the cache' $engine $engine build -q -t bench-built "$WORK/build"
  done
}
