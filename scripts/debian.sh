#!/bin/bash
# Installs the named Debian packages, when this is Debian and we are root; says so, and otherwise does nothing.
set -u
[ "$#" -gt 0 ] || { echo "Nothing is needed from Debian."; exit 0; }
command -v apt-get >/dev/null || exit 0
[ "$(id -u)" = 0 ] || exit 0
echo "Installing with apt-get: $*" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1 && exit 0
apt-get update -qq >/dev/null 2>&1
apt-get install -y -qq --no-install-recommends "$@" >/dev/null || echo "apt-get could not install $*; nothing else was changed." >&2
