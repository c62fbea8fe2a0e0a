#!/usr/bin/env bash
# Makes a Debian for arm64 with what packages.txt names and the kiosk's package: root.sh ROOT KIOSK_DEB UNPACKED
# UNPACKED gets what unpacked.txt names, unpacked. SUITE, SOURCES, KEYRING, CACHE: see build.sh. Packages come from this
# machine's own archives, asked for the other suite and processor. Their scripts run under qemu-user.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=${1:?usage: root.sh ROOT KIOSK_DEB UNPACKED}
deb=$2 unpacked=$3
# shellcheck source=/dev/null
own=$(. /etc/os-release && echo "$VERSION_CODENAME")

names() { sed 's/#.*//; /^[[:space:]]*$/d; s/[[:space:]]*$//' "$1"; }

sources=()
mkdir -p "$unpacked"
for file in ${SOURCES:-/etc/apt/sources.list /etc/apt/sources.list.d/debian.sources}; do
    if [ ! -s "$file" ]; then continue; fi
    copy=$unpacked.${file##*/}
    if [ -n "${SOURCES:-}" ]; then
        cp "$file" "$copy"
    else # the Pi's boot firmware lies in a component of its own
        sed "s/\b$own\b/$SUITE/g; s/^Components:.*/Components: main non-free-firmware/" "$file" >"$copy"
        sed -i "s/^\(deb .*\) main.*/\1 main non-free-firmware/" "$copy"
    fi
    sources+=("$copy")
done
if [ ${#sources[@]} -eq 0 ]; then
    echo "image: this machine has no apt sources in the usual places; name some: SOURCES=FILE make image" >&2
    exit 77
fi

here_runs=$(dpkg --print-architecture) # two of its packages run in the root for a while (native-tools.sh)
architectures=arm64
if [ "$here_runs" != arm64 ]; then architectures=arm64,$here_runs; fi

export root deb unpacked here
wanted=$(names "$here/packages.txt" | paste -sd,)
unpack=$(names "$here/unpacked.txt" | paste -sd' ')
export unpack
# What is excluded is not read by anything on a kiosk; licences stay.
# shellcheck disable=SC2016  # the hooks are expanded where mmdebstrap runs them
mmdebstrap --quiet --mode=root --variant=minbase --architectures="$architectures" --include="$wanted" \
    ${KEYRING:+--keyring="$KEYRING"} \
    --aptopt='APT::Install-Recommends "false"' --dpkgopt=force-unsafe-io \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/bug/*' \
    --skip=download/empty --skip=essential/unlink \
    --setup-hook='mkdir -p "$1/var/cache/apt/archives/partial" "$1/etc/sysusers.d"' \
    --setup-hook='find "$CACHE" -name "*.deb" -exec cp -l -t "$1/var/cache/apt/archives" {} + 2>/dev/null ||
                  find "$CACHE" -name "*.deb" -exec cp -t "$1/var/cache/apt/archives" {} +' \
    --setup-hook='cp "$here/files/etc/sysusers.d/certificate-kiosk.conf" "$1/etc/sysusers.d/"' \
    --essential-hook='"$here/native-tools.sh" dpkg-deb "$1"' \
    --customize-hook='"$here/own-packages.sh" "$1" "$deb" "$unpacked" $unpack' \
    --customize-hook='"$here/native-tools.sh" remove "$1"' \
    --customize-hook='cp -n "$1"/var/cache/apt/archives/*.deb "$CACHE/"' \
    "$SUITE" "$root" "${sources[@]}"
