#!/usr/bin/env bash
# Installs the Debian packages that are missing, and nothing when none is.
#   packages.sh [--start-services] FILE|PACKAGE...
# In a file: one package a line, `a | b` where distributions differ, `#` begins a comment.
# Exit codes: 77 may not install (the exact command is printed), 70 apt failed.
#
# Debian starts and enables the services of a package as it installs it. The broker and the card service of a development
# machine are nobody's business but this project's, and are run by it with its own ports; so for the time of the
# installation a systemd preset below /run keeps units that are *new* from being enabled, and Debian starts no unit that is
# disabled. Units that were there before are left as they are. (Where no init system runs, Debian starts nothing by itself.)
set -euo pipefail

preset=/run/systemd/system-preset/00-certificate-kiosk.preset
units="mosquitto.service pcscd.service pcscd.socket"
quiet_services=yes
if [ "${1:-}" = --start-services ]; then
    quiet_services=no
    shift
fi

lines() { # every wanted package, one a line
    local entry
    for entry in "$@"; do
        if [ -f "$entry" ]; then sed 's/#.*//; /^[[:space:]]*$/d' "$entry"; else echo "$entry"; fi
    done
}

installed() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing() { # prints the lines of which no alternative is installed
    local line name found
    while read -r line; do
        found=no
        for name in ${line//|/ }; do
            if installed "$name"; then found=yes; fi
        done
        if [ "$found" = no ]; then echo "$line"; fi
    done
}

choose() { # of each line, the first alternative that apt can install
    local line name chosen
    while read -r line; do
        chosen=${line%%|*}
        for name in ${line//|/ }; do
            if apt-cache policy "$name" 2>/dev/null | grep -q 'Candidate: [^(]'; then chosen=$name; break; fi
        done
        echo "${chosen// /}"
    done
}

stop_with_command() {
    local names=$1 reason=$2
    {
        echo "setup: these Debian packages are missing: $names"
        echo "setup: $reason Run this as an administrator, then the same make command again:"
        echo
        echo "    sudo apt-get update && sudo apt-get install --no-install-recommends -y $names"
        echo
    } >&2
    exit 77
}

become_root() { # prints the words that make a command run as root; fails when there are none
    if [ "$(id -u)" -eq 0 ]; then
        echo env
    elif ! command -v sudo >/dev/null; then
        return 1
    elif [ -t 0 ]; then
        echo sudo
    elif sudo -n true 2>/dev/null; then
        echo "sudo -n"
    else
        return 1
    fi
}

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "setup: this is no Debian, Raspberry Pi OS or Ubuntu: dpkg-query and apt-get are missing. Use one of those." >&2
    exit 77
fi
wanted=$(lines "$@" | missing)
if [ -z "$wanted" ]; then
    echo "      all installed"
    exit 0
fi
if ! root=$(become_root); then
    stop_with_command "$(choose <<<"$wanted" | tr '\n' ' ')" \
        "This user may not install them (not root, and no sudo without a password or a terminal)."
fi
# shellcheck disable=SC2086  # $root is up to two words
as_root() { $root "$@"; }

echo "      updating the list of packages"
as_root apt-get update -q || { echo "setup: apt-get update failed; see its message above." >&2; exit 70; }
mapfile -t names < <(choose <<<"$wanted")
echo "      installing ${names[*]}"
if [ "$quiet_services" = yes ]; then
    trap 'as_root rm -f "$preset"' EXIT
    as_root mkdir -p "${preset%/*}"
    for unit in $units; do echo "disable $unit"; done | as_root tee "$preset" >/dev/null
fi
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${names[@]}" || {
    echo "setup: apt-get could not install ${names[*]}; see its message above." >&2
    exit 70
}
