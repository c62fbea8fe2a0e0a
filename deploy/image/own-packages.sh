#!/usr/bin/env bash
# Inside mmdebstrap, once Debian is installed: own-packages.sh ROOT KIOSK_DEB UNPACKED PACKAGE...
# Installs the kiosk's package with what it depends on, and unpacks the packages that must not run their scripts.
set -euo pipefail
shopt -s extglob
root=$1 deb=$2 unpacked=$3
shift 3
export APT_CONFIG=$MMDEBSTRAP_APT_CONFIG

archives=$root/var/cache/apt/archives

fetch() { # PACKAGE:ARCHITECTURE, prints the file
    local pattern="${1%:*}_*_@(${1#*:}|all).deb"
    if ! compgen -G "$archives/$pattern" >/dev/null; then
        (cd "$archives" && apt-get -q -o APT::Sandbox::User=root download "$1" >/dev/null)
    fi
    compgen -G "$archives/$pattern" | sort -V | tail -1
}

here_runs=$(dpkg --print-architecture)
if [ "$here_runs" != arm64 ]; then
    python=$(basename "$(readlink "$root/usr/bin/python3")")
    debs=()
    for name in "$python-minimal" libc6 libexpat1 zlib1g; do debs+=("$(fetch "$name:$here_runs")"); done
    "$(dirname "$0")/native-tools.sh" python "$root" "${debs[@]}"
fi

cp "$deb" "$root/kiosk.deb"
env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 -o DPkg::Chroot-Directory="$root" \
    --no-install-recommends install "$root/kiosk.deb" >/dev/null
rm "$root/kiosk.deb"

for name in "$@"; do
    if [ "$name" = kernel ]; then
        name=$(apt-cache depends linux-image-arm64 | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -1)
    fi
    file=$(fetch "$name:arm64")
    dpkg-deb --extract "$file" "$unpacked"
    # shellcheck disable=SC2016  # the fields are dpkg's
    dpkg-deb --show --showformat='${Package}=${Version}\n' "$file" >>"$unpacked.list"
done
if [ "$here_runs" != arm64 ]; then chroot "$root" dpkg --remove-architecture "$here_runs"; fi
