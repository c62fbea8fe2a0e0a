#!/usr/bin/env bash
# Makes the initrd for the kernel that is unpacked in ROOT: initrd.sh ROOT BUSYBOX DISK_ID OUT
# Natively: nothing of the other processor is run (update-initramfs under emulation takes more than seven minutes). Holds
# busybox, the modules of initrd-modules.txt with what they need, and initrd-init.sh. The same input gives the same bytes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(realpath "${1:?usage: initrd.sh ROOT BUSYBOX DISK_ID OUT}")
busybox=$2 disk_id=$3 out=$4

kernel=$(ls "$root/usr/lib/modules")
depmod --basedir "$root/usr" "$kernel"
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/{bin,dev,proc,sys,run,root}
install -m 0755 "$busybox" "$tree/bin/busybox"
for tool in sh mount dd hexdump cat sleep reboot find sort xargs modprobe mkdir switch_root; do
    ln -s busybox "$tree/bin/$tool"
done
ln -s bin "$tree/sbin"

mapfile -t wanted < <(sed 's/#.*//; /^[[:space:]]*$/d; s/[[:space:]]*$//' "$here/initrd-modules.txt")
for name in "${wanted[@]}"; do # what is built in, or not in this kernel, has no file; the root's own are looked for below
    modprobe --dirname "$root/usr" --set-version "$kernel" --show-depends --ignore-install "$name" 2>/dev/null || true
done | sed -n "s|^insmod $root/usr/||p" | awk '{ print $1 }' | sort -u >"$tree.list"
for name in squashfs overlay virtio_blk mmc_block; do
    if ! grep -qE "/$name\.ko(\.xz|\.zst)?$" "$tree.list" "$root/usr/lib/modules/$kernel/modules.builtin"; then
        rm -f "$tree.list"
        echo "initrd: kernel $kernel has no module $name" >&2
        exit 70
    fi
done
(cd "$root/usr" && xargs cp --parents -t "$tree" <"$tree.list")
rm "$tree.list"
find "$tree/lib" -name '*.ko.xz' -exec xz -d {} +
cp "$root/usr/lib/modules/$kernel/"modules.{order,builtin,builtin.modinfo} "$tree/lib/modules/$kernel/"
depmod --basedir "$tree" "$kernel"

# A disk id of 0x4b494f53 stands on the disk with its last byte first.
bytes=${disk_id:6:2}${disk_id:4:2}${disk_id:2:2}${disk_id:0:2}
sed "s/@DISK_ID_BYTES@/$bytes/" "$here/initrd-init.sh" >"$tree/init"
chmod 0755 "$tree/init"
find "$tree" -exec touch -h -d "@${SOURCE_DATE_EPOCH:-0}" {} +
(cd "$tree" && find . | LC_ALL=C sort | cpio --quiet --reproducible -R 0:0 -o -H newc) | zstd -q -10 -T1 >"$out"
