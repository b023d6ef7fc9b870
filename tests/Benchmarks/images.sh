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
  mkdir "$WORK/files"
  find /usr/lib /usr/share /usr/bin -xdev -type f -size +25k -size -100k 2>/dev/null | LC_ALL=C sort |
    awk 'NR <= 2000' | xargs cp --backup=numbered -t "$WORK/files"
  for engine in ours theirs; do
    $engine create --name bench-commit busybox true >/dev/null
    $engine cp -q "$WORK/files" bench-commit:/files
  done
  sample 'commit: MB' ours "$(du -sm --apparent-size "$WORK/files" | cut -f1)"
  rounds commit_round
  for engine in ours theirs; do $engine rm bench-commit >/dev/null; done
  rm -r "$WORK/files"
}
commit_round() {
  local engine
  for engine in ours theirs; do
    sync # what the one before left to write is not this one's
    timed 'commit of 2,000 files' $engine $engine commit bench-commit "bench-committed:$ROUND"
    $engine rmi "bench-committed:$ROUND" >/dev/null
  done
}

images_as_archives() {
  local engine RUNS=${IMAGE_RUNS:-5} WARM=1
  [ -n "${PULL_BYTES:-}" ] || pull_image
  for engine in ours theirs; do $engine pull -q "$SL_REGISTRY/big:1" >/dev/null; done
  rounds save_round
  # The same archive for both: dockerd's, whose layers are not compressed.
  theirs save -o "$WORK/archive.tar" "$SL_REGISTRY/big:1"
  rounds load_round
  for engine in ours theirs; do $engine rmi "$SL_REGISTRY/big:1" >/dev/null; done
  rm "$WORK/archive.tar"
}
save_round() {
  local engine
  for engine in ours theirs; do
    sync
    timed 'save of 8 layers, 300 MB' $engine $engine save -o "$WORK/saved.tar" "$SL_REGISTRY/big:1"
    rm "$WORK/saved.tar"
  done
}
load_round() {
  local engine
  for engine in ours theirs; do
    $engine rmi "$SL_REGISTRY/big:1" >/dev/null
    sync
    timed 'load of 8 layers, 300 MB' $engine $engine load -qi "$WORK/archive.tar"
  done
}

images_listed() {
  local engine number RUNS=${PS_RUNS:-15} ids
  for engine in ours theirs; do
    $engine create --name bench-images busybox true >/dev/null
    for ((number = 0; number < 500; number++)); do $engine commit -c "LABEL number=$number" bench-images "bench-many:$number" >/dev/null; done
  done
  rounds images_round
  for engine in ours theirs; do
    $engine rm bench-images >/dev/null
    mapfile -t ids < <($engine images -q bench-many)
    $engine rmi "${ids[@]}" >/dev/null
  done
}
images_round() {
  local engine
  for engine in ours theirs; do timed 'images, with 500 of them' $engine $engine images; done
}
