#!/usr/bin/env bash
# Makes the image of a kiosk for a Raspberry Pi (arm64), on any Debian machine, as root: build.sh OUT
# Debian packages, the kiosk's own package, a natively made initrd, the Pi's boot firmware; two slots (A, B) and the state
# partition. No loop device and no mount is needed. In OUT: kiosk.img, the parts of which an update is made, packages.list.
#   SUITE      trixie; no other yet: RAUC before it has no limit of versions, and Linux before it no walls for the clerk
#   SOURCES    apt source files to use instead of this machine's own, such as Raspberry Pi OS's; KEYRING their keys
#   PACKAGE    a package of `make package` that is built already
#   CACHE      folder of downloaded packages, kept between builds
#   UPDATE_CERT  certificate (PEM) of those who may sign updates; else a key for tests is made in OUT/test-key
#   STATE_MB   size of the state partition (512)
# Exit codes: 64 wrong call, 70 a step failed, 77 something is missing here (and what to do).
set -euo pipefail
umask 022
here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../.." && pwd)
# shellcheck source=deploy/image/layout.sh
. "$here/layout.sh"

out=${1:?usage: build.sh OUT}
mkdir -p "$out"
out=$(cd "$out" && pwd)
export SUITE=${SUITE:-trixie}
if [ "$SUITE" != trixie ]; then
    echo "image: there is no suite $SUITE here; use trixie" >&2
    exit 64
fi
CACHE=${CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/certificate-kiosk/packages}
export CACHE
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$checkout" log -1 --format=%ct 2>/dev/null || echo 1767225600)}
export SOURCE_DATE_EPOCH
work=$(mktemp -d "${TMPDIR:-/var/tmp}/kiosk-image.XXXXXX")
chmod 0755 "$work" # apt's own user reads in it
trap 'rm -rf --one-file-system "$work"' EXIT

step() { # NUMBER TEXT COMMAND...
    local number=$1 text=$2 since=$SECONDS status=0
    shift 2
    echo "[$number/7] $text"
    "$@" || status=$?
    if [ "$status" -ne 0 ]; then
        echo "[$number/7] stopped after $((SECONDS - since)) s" >&2
        if [ "$status" -eq 77 ]; then exit 77; fi
        exit 70
    fi
    echo "[$number/7] ready ($((SECONDS - since)) s)"
}

package() {
    if [ -n "${PACKAGE:-}" ]; then
        cp "$PACKAGE" "$work/kiosk.deb"
    else
        "$checkout/deploy/package/build.sh" "$work/package" arm64
        mv "$work"/package/*.deb "$work/kiosk.deb"
    fi
}

signers() { # who may sign updates
    if [ -n "${UPDATE_CERT:-}" ]; then
        cp "$UPDATE_CERT" "$work/keyring.pem"
    else
        "$checkout/deploy/update/test-key.sh" "$out/test-key"
        cp "$out/test-key/certificate.pem" "$work/keyring.pem"
    fi
}

root() {
    mkdir -p "$CACHE"
    "$here/root.sh" "$work/root" "$work/kiosk.deb" "$work/unpacked"
}

fill() {
    "$here/fill.sh" "$work/root" "$work/unpacked" "$work/keyring.pem" "$DISK_ID"
    cp "$work/root/usr/share/certificate-kiosk/packages.list" "$out/packages.list"
    cp "$work/root/usr/share/certificate-kiosk/image-version" "$out/version"
}

initrd() { "$here/initrd.sh" "$work/unpacked" "$work/unpacked/usr/bin/busybox" "$DISK_ID" "$work/initrd.img"; }

parts() {
    "$here/boot.sh" "$work/unpacked" "$work/initrd.img" "$out/boot.vfat"
    rm -f "$out/rootfs.img"
    mksquashfs "$work/root" "$out/rootfs.img" -quiet -no-progress -comp zstd -Xcompression-level 6 -b 256K \
        -wildcards -e 'proc/*' 'sys/*' 'dev/*' 'run/*' 'tmp/*'
    echo "      root $(($(stat -c %s "$out/rootfs.img") / 1000000)) MB, boot $(($(stat -c %s "$out/boot.vfat") / 1000000)) MB"
}

"$here/tools.sh"
step 1 "the kiosk's package" package
step 2 "who may sign updates" signers
step 3 "Debian ($SUITE, arm64) with what the kiosk needs" root
step 4 "the kiosk's own files" fill
step 5 "initrd" initrd
step 6 "boot partition and root" parts
step 7 "the disk" env STATE_TREE="$work/state" "$here/disk.sh" "$out"
echo "image: $out/kiosk.img, version $(cat "$out/version"), $(wc -l <"$out/packages.list") packages, $SECONDS s in all"
