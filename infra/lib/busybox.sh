# shellcheck shell=bash
# The first image: busybox, made from Debian's busybox-static and put into the instance's registry over its HTTP API
# (OCI Distribution spec, "Push"). No container engine is needed for it. Source it.

MANIFEST_TYPE=application/vnd.docker.distribution.manifest.v2+json

registry_curl() { in_network curl -sS --fail "$@"; }

busybox_in_registry() {
  registry_curl -o /dev/null -I -H "Accept: $MANIFEST_TYPE" "http://$SL_REGISTRY/v2/busybox/manifests/latest" 2>/dev/null
}

busybox_publish() {
  local work
  work=$(mktemp -d)
  # shellcheck disable=SC2064
  trap "rm -rf '$work'" RETURN
  busybox_layer "$work"
  busybox_config "$work"
  local layer config
  layer=$(blob_push busybox "$work/layer.tar.gz")
  config=$(blob_push busybox "$work/config.json")
  jq -nc --arg type "$MANIFEST_TYPE" --arg layer "$layer" --arg config "$config" \
    --argjson layer_size "$(stat -c %s "$work/layer.tar.gz")" --argjson config_size "$(stat -c %s "$work/config.json")" '{
      schemaVersion: 2, mediaType: $type,
      config: {mediaType: "application/vnd.docker.container.image.v1+json", size: $config_size, digest: $config},
      layers: [{mediaType: "application/vnd.docker.image.rootfs.diff.tar.gzip", size: $layer_size, digest: $layer}]
    }' >"$work/manifest.json"
  registry_curl -o /dev/null -X PUT -H "Content-Type: $MANIFEST_TYPE" --data-binary "@$work/manifest.json" \
    "http://$SL_REGISTRY/v2/busybox/manifests/latest"
}

# The same bytes whenever the same busybox-static is installed: fixed order, owners and times.
busybox_layer() { # FOLDER
  local root=$1/root applet
  mkdir -p "$root"/{bin,dev,etc,home,proc,root,sbin,sys,tmp,usr/bin,usr/sbin,var/tmp,var/www}
  chmod -R 0755 "$root"
  chmod 1777 "$root/tmp" "$root/var/tmp"
  chmod 0700 "$root/root"
  install -m 0755 /bin/busybox "$root/bin/busybox"
  for applet in $(/bin/busybox --list); do
    [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
  done
  printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'nobody:x:65534:65534:nobody:/home:/bin/false' >"$root/etc/passwd"
  printf '%s\n' 'root:x:0:' 'www-data:x:33:' 'nogroup:x:65534:' >"$root/etc/group"
  chmod 0644 "$root/etc/passwd" "$root/etc/group"
  tar -C "$root" --sort=name --format=ustar --numeric-owner --owner=0 --group=0 --mtime="@$(stat -c %Y /bin/busybox)" \
    -cf "$1/layer.tar" .
  gzip -n <"$1/layer.tar" >"$1/layer.tar.gz"
}

busybox_config() { # FOLDER
  local created diff
  created=$(date -u -d "@$(stat -c %Y /bin/busybox)" +%FT%TZ)
  diff=sha256:$(sha256sum <"$1/layer.tar" | cut -c1-64)
  jq -nc --arg created "$created" --arg architecture "$(dpkg --print-architecture)" --arg diff "$diff" --arg version "$(dpkg-query -W -f '${Version}' busybox-static)" '{
      architecture: $architecture, os: "linux", created: $created,
      config: {
        Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"], Cmd: ["sh"],
        Labels: {"org.opencontainers.image.version": $version}
      },
      rootfs: {type: "layers", diff_ids: [$diff]},
      history: [{created: $created, created_by: "busybox-static of Debian"}]
    }' >"$1/config.json"
}

blob_push() { # REPOSITORY FILE: prints its digest
  local digest location
  digest=sha256:$(sha256sum <"$2" | cut -c1-64)
  if ! registry_curl -o /dev/null -I "http://$SL_REGISTRY/v2/$1/blobs/$digest" 2>/dev/null; then
    location=$(registry_curl -o /dev/null -D - -X POST "http://$SL_REGISTRY/v2/$1/blobs/uploads/" |
      tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
    case $location in
      *\?*) location+="&digest=$digest" ;;
      *) location+="?digest=$digest" ;;
    esac
    registry_curl -o /dev/null -X PUT -H 'Content-Type: application/octet-stream' --data-binary "@$2" "$location"
  fi
  printf '%s\n' "$digest"
}
