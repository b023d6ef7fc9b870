# shellcheck shell=bash
# Finds the .NET SDK, also where sudo has taken it from the PATH. Source it after instance.sh.

# Sets DOTNET (the command) and DOTNET_HOME (the folder with sdk/ and shared/ in it).
dotnet_find() {
  local owner_home='' candidate
  [ -z "${SUDO_USER:-}" ] || owner_home=$(getent passwd "$SUDO_USER" | cut -d: -f6)
  for candidate in "$(command -v dotnet || :)" "${DOTNET_ROOT:-}/dotnet" /usr/share/dotnet/dotnet /usr/lib/dotnet/dotnet \
    /usr/local/share/dotnet/dotnet "$owner_home/.dotnet/dotnet"; do
    if [ -x "$candidate" ] && "$candidate" --list-sdks | grep -q '^10\.'; then
      DOTNET=$candidate
      DOTNET_HOME=$(dirname "$(readlink -f "$candidate")")
      export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1
      return
    fi
  done
  fail "the .NET SDK 10 is needed and was not found in PATH, DOTNET_ROOT, /usr/share/dotnet or /usr/lib/dotnet;" \
    "https://learn.microsoft.com/dotnet/core/install/linux-debian says how to get it"
}

# The build belongs to whom the checkout belongs to, not to root, or the owner could not build there any more.
as_builder() {
  local owner
  owner=$(stat -c %U .)
  if [ "$(id -u)" = 0 ] && [ "$owner" != root ]; then
    runuser -u "$owner" -- env "PATH=$PATH" "HOME=$(getent passwd "$owner" | cut -d: -f6)" "$@"
  else
    "$@"
  fi
}

# What a build prints is of interest only when it fails.
quietly() {
  local log
  log=$(mktemp)
  "$@" >"$log" 2>&1 || { cat "$log" >&2 && rm "$log" && return 1; }
  rm "$log"
}
