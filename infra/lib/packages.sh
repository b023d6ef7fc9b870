# shellcheck shell=bash
# Debian packages: installed only where missing, without starting any service of theirs. Source it.

RUN_PACKAGES='crun conmon libseccomp2 nftables iproute2 aardvark-dns golang-github-containers-common postgresql docker-registry busybox-static
  util-linux curl jq ca-certificates git'
# The docker CLI plugin is compiled to a native program, which the C compiler links.
BUILD_PACKAGES='gcc libc6-dev zlib1g-dev'
TEST_PACKAGES="$RUN_PACKAGES $BUILD_PACKAGES docker.io docker-compose runc chromium fonts-dejavu-core
  erofs-utils fuse-overlayfs btrfs-progs"

packages_missing() { # PACKAGE...
  local package
  for package; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || printf '%s ' "$package"
  done
}

packages_install() { # PACKAGE...
  local missing
  missing=$(packages_missing "$@")
  [ -n "$missing" ] || return 0
  say "Installing $missing"
  local log=/var/log/shiplog-packages.log
  # shellcheck disable=SC2086
  if ! packages_apt $missing >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    fail "apt could not install $missing(all of its output: $log). Without a way to Debian's mirror, install these packages" \
      "from your own and start again"
  fi
}

# Runs in a subshell of its own, so that the two files it changes are put back however it ends.
packages_apt() ( # PACKAGE...
  policy=/usr/sbin/policy-rc.d cluster=/etc/postgresql-common/createcluster.conf made=''
  export DEBIAN_FRONTEND=noninteractive
  apt=(apt-get -q -y -o DPkg::Lock::Timeout=300)
  "${apt[@]}" update || say "apt-get update failed; trying with the lists at hand"
  if [ ! -e $policy ]; then # asked by every maintainer script that would start a service
    made=1
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod 755 $policy
  fi
  case " $* " in *' postgresql '*)
    # Debian's postgresql makes and starts a cluster of its own when it is installed. Ours is private.
    "${apt[@]}" install --no-install-recommends postgresql-common || exit
    trap '[ ! -e "$cluster.before" ] || mv "$cluster.before" "$cluster"; [ -z "$made" ] || rm -f "$policy"' EXIT
    cp "$cluster" "$cluster.before"
    printf '\ncreate_main_cluster = false\n' >>"$cluster"
    ;;
  esac
  "${apt[@]}" install --no-install-recommends "$@" || exit
  # Nor at the next boot: ours is another process, on a port of its own choice.
  [ -d /run/systemd/system ] || exit 0
  case " $* " in *' docker-registry '*) systemctl disable docker-registry.service ;; esac
  case " $* " in *' docker.io '*) systemctl disable docker.service docker.socket containerd.service ;; esac
)
