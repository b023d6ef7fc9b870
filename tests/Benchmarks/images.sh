# shellcheck shell=bash
# What is measured of images beside their pull. Source it.

measure_images() {
  images_made_of_containers
  images_as_archives
  images_listed
}

# 100 MB in 2,000 real files that a container has written.
images_made_of_containers() {
  local engine RUNS=${IMAGE_RUNS:-5} WARM=1
  files_some
  for engine in ours theirs podmans; do
    $engine create --name bench-commit busybox true >/dev/null
    $engine cp "$WORK/files" bench-commit:/files >/dev/null 2>&1
  done
  sample 'commit: MB' ours "$(du -sm --apparent-size "$WORK/files" | cut -f1)"
  rounds commit_round
  for engine in ours theirs podmans; do $engine rm bench-commit >/dev/null; done
  rm -r "$WORK/files"
}
files_some() {
  mkdir "$WORK/files"
  find /usr/lib /usr/share /usr/bin -xdev -type f -size +25k -size -100k 2>/dev/null | LC_ALL=C sort |
    awk 'NR <= 2000' | xargs cp --backup=numbered -t "$WORK/files"
}
commit_round() {
  local engine
  for engine in ours theirs podmans; do
    sync # what the one before left to write is not this one's
    timed 'commit of 2,000 files' $engine $engine commit bench-commit "bench-committed:$ROUND"
    $engine rmi "bench-committed:$ROUND" >/dev/null
  done
}

images_as_archives() {
  local engine RUNS=${IMAGE_RUNS:-5} WARM=1
  [ -n "${PULL_BYTES:-}" ] || pull_image
  for engine in ours theirs; do $engine pull -q "$SL_REGISTRY/big:1" >/dev/null; done
  podmans pull -q --tls-verify=false "$SL_REGISTRY/big:1" >/dev/null
  rounds save_round
  # The same archive for all: dockerd's, whose layers are not compressed.
  theirs save -o "$WORK/archive.tar" "$SL_REGISTRY/big:1"
  rounds load_round
  for engine in ours theirs podmans; do $engine rmi "$SL_REGISTRY/big:1" >/dev/null; done
  rm "$WORK/archive.tar"
}
save_round() {
  local engine
  for engine in ours theirs podmans; do
    sync
    timed 'save of 8 layers, 300 MB' $engine $engine save -o "$WORK/saved.tar" "$SL_REGISTRY/big:1"
    rm "$WORK/saved.tar"
  done
}
load_round() {
  local engine
  for engine in ours theirs podmans; do
    $engine rmi "$SL_REGISTRY/big:1" >/dev/null
    sync
    timed 'load of 8 layers, 300 MB' $engine $engine load -qi "$WORK/archive.tar"
  done
}

images_listed() {
  local engine number RUNS=${PS_RUNS:-15} ids
  for engine in ours theirs podmans; do
    $engine create --name bench-images busybox true >/dev/null
    for ((number = 0; number < 500; number++)); do
      $engine commit $([ $engine != podmans ] || echo --quiet) -c "LABEL number=$number" bench-images "bench-many:$number" >/dev/null
    done
  done
  rounds images_round
  for engine in ours theirs podmans; do
    $engine rm bench-images >/dev/null
    mapfile -t ids < <($engine images -q bench-many)
    $engine rmi "${ids[@]}" >/dev/null
  done
}
images_round() {
  local engine
  for engine in ours theirs podmans; do timed 'images, with 500 of them' $engine $engine images; done
}

# Where the time of unpacking goes, on the layers of the image that is pulled: what GNU tar and gzip need for the same files, and for
# the parts of it. MB a second of the unpacked archives.
measure_unpack() {
  local RUNS=${UNPACK_RUNS:-2} WARM=0 number
  [ -n "${PULL_BYTES:-}" ] || pull_image
  mkdir "$WORK/layers"
  for number in 0 1 2 3 4 5 6 7; do
    registry_curl -o "$WORK/layers/$number.gz" "http://$SL_REGISTRY/v2/big/blobs/$(jq -r ".layers[$number].digest" "$WORK/big.manifest")"
    gzip -dc "$WORK/layers/$number.gz" >"$WORK/layers/$number.tar"
  done
  # The archive that we make has the layers compressed, and nothing is asked of a registry.
  ours pull -q "$SL_REGISTRY/big:1" >/dev/null
  ours save -o "$WORK/ours.tar" "$SL_REGISTRY/big:1"
  ours rmi "$SL_REGISTRY/big:1" >/dev/null
  rounds unpack_round
  rm -r "$WORK/layers" "$WORK/ours.tar"
}
unpack_round() {
  local step
  sync
  timed 'unpack: load' ours ours load -qi "$WORK/ours.tar"
  ours rmi "$SL_REGISTRY/big:1" >/dev/null
  for step in tar_in_turn tar_at_once gzip_only hash_only files_only; do
    sync
    timed "unpack: $step" ours "$step"
    rm -rf "$WORK/unpacked"
  done
}
each_layer() { # COMMAND...: for each of the layers, in turn, its number last
  local number
  for number in 0 1 2 3 4 5 6 7; do "$@" "$number" || return; done
}
tar_in_turn() { each_layer unpack_gz; }
tar_at_once() {
  local number pids=()
  for number in 0 1 2 3 4 5 6 7; do
    unpack_gz "$number" &
    pids+=($!)
  done
  wait "${pids[@]}"
}
unpack_gz() { mkdir -p "$WORK/unpacked/$1" && tar -C "$WORK/unpacked/$1" --numeric-owner -xpzf "$WORK/layers/$1.gz"; }
gzip_only() { each_layer gunzip_one; }
gunzip_one() { gzip -dc "$WORK/layers/$1.gz"; }
# Both digests that are checked: of what came, and of what was in it.
hash_only() { each_layer hash_one; }
hash_one() { sha256sum "$WORK/layers/$1.gz" "$WORK/layers/$1.tar"; }
files_only() { each_layer unpack_tar; }
unpack_tar() { mkdir -p "$WORK/unpacked/$1" && tar -C "$WORK/unpacked/$1" --numeric-owner -xpf "$WORK/layers/$1.tar"; }
