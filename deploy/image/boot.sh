#!/usr/bin/env bash
# Makes the boot partition of a slot: boot.sh UNPACKED INITRD OUT   The same for both slots: which one it is, the firmware tells
# the initrd. Boot firmware and device trees as Debian's raspi-firmware and kernel have them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
unpacked=${1:?usage: boot.sh UNPACKED INITRD OUT}
initrd=$2 out=$3
# shellcheck source=deploy/image/layout.sh
. "$here/layout.sh"

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cp "$unpacked"/usr/lib/raspi-firmware/*.{bin,elf,dat} "$tree/"
cp "$unpacked"/usr/lib/linux-image-*/broadcom/bcm*rpi*.dtb "$tree/"
cp "$unpacked"/boot/vmlinuz-* "$tree/vmlinuz"
cp "$initrd" "$tree/initrd.img"
cp "$here/config.txt" "$here/cmdline.txt" "$tree/"
find "$tree" -exec touch -d "@${SOURCE_DATE_EPOCH:-0}" {} +

rm -f "$out"
truncate -s "${BOOT_MB}M" "$out"
mkfs.vfat --invariant -i "$DISK_ID" -n KIOSKBOOT "$out" >/dev/null
(cd "$tree" && TZ=UTC mcopy -m -i "$out" ./* ::)
