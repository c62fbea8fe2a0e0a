#!/usr/bin/env bash
# Says what is missing on this machine to make an image, and the remedy: tools.sh   Exit code 77: something is.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

missing=()
while read -r tool package; do
    if ! PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null; then missing+=("$package"); fi
done <<'TOOLS'
mmdebstrap mmdebstrap
arch-test arch-test
mksquashfs squashfs-tools
mkfs.vfat dosfstools
mcopy mtools
sfdisk fdisk
cpio cpio
zstd zstd
modprobe kmod
busybox busybox-static
rauc rauc
mkfs.ext4 e2fsprogs
TOOLS
if [ ${#missing[@]} -gt 0 ]; then
    echo "image: missing here: ${missing[*]}" >&2
    echo "image: run: sudo apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 77
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "image: the files of the root belong to several users, so this runs as root: sudo $here/build.sh OUT" >&2
    exit 77
fi
if ! arch-test arm64 >/dev/null 2>&1; then
    if [ ! -e /proc/sys/fs/binfmt_misc/register ]; then mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc || true; fi
    if command -v update-binfmts >/dev/null; then update-binfmts --enable qemu-aarch64 2>/dev/null || true; fi
fi
if ! arch-test arm64 >/dev/null 2>&1; then
    echo "image: programs for arm64 do not run here, and the packages' own scripts need them." >&2
    echo "image: run: sudo apt-get install --no-install-recommends qemu-user-static binfmt-support" >&2
    echo "image: in a container, its host has to allow binfmt_misc" >&2
    exit 77
fi
