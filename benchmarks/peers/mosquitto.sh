#!/bin/sh
# Unpacks Debian's mosquitto, and those of its libraries that are not installed, into a directory.
# Usage: mosquitto.sh DIRECTORY
set -eu
cd "$1"
packages=mosquitto
for library in $(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks \
  --no-replaces --no-enhances mosquitto | grep '^lib'); do
  if [ "$(dpkg-query -W -f='${db:Status-Status}' "$library" 2>/dev/null)" != installed ]; then
    packages="$packages $library"
  fi
done
apt-get -o APT::Sandbox::User=root download $packages
for package in *.deb; do
  dpkg -x "$package" .
done
