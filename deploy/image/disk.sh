#!/usr/bin/env bash
# Puts the parts that build.sh made together: disk.sh OUT   Makes OUT/kiosk.img; slot A is filled, B waits for an update.
# The state partition is made from the folder `state` beside the root. No loop device is needed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: disk.sh OUT}
state=${STATE_TREE:?names the folder that the state partition is made from}
# shellcheck source=deploy/image/layout.sh
. "$here/layout.sh"
state_mb=${STATE_MB:-512}
image=$out/kiosk.img
mib=2048 # sectors

place() { # FILE FIRST_SECTOR
    dd if="$1" of="$image" bs=1M seek=$(($2 / mib)) conv=notrunc,sparse status=none
}

limit() { # FILE MB WHAT
    if [ "$(stat -c %s "$1")" -gt $(($2 * 1048576)) ]; then
        echo "image: the $3 has $(($(stat -c %s "$1") / 1048576)) MB, its partition $2: raise it in deploy/image/layout.sh" >&2
        exit 70
    fi
}

limit "$out/boot.vfat" "$BOOT_MB" "boot partition"
limit "$out/rootfs.img" "$ROOT_MB" root

select_at=$((4 * mib))
boot_a=$((select_at + SELECT_MB * mib))
boot_b=$((boot_a + BOOT_MB * mib))
extended=$((boot_b + BOOT_MB * mib))
root_a=$((extended + mib)) # each logical partition has a table of its own before it
root_b=$((root_a + (ROOT_MB + 1) * mib))
state_at=$((root_b + (ROOT_MB + 1) * mib))

rm -f "$image"
truncate -s "$(((state_at / mib + state_mb) * 1048576))" "$image"
sfdisk --quiet "$image" <<TABLE
label: dos
label-id: 0x$DISK_ID
1 : start=$select_at, size=$((SELECT_MB * mib)), type=c, bootable
2 : start=$boot_a, size=$((BOOT_MB * mib)), type=c
3 : start=$boot_b, size=$((BOOT_MB * mib)), type=c
4 : start=$extended, type=5
5 : start=$root_a, size=$((ROOT_MB * mib)), type=83
6 : start=$root_b, size=$((ROOT_MB * mib)), type=83
7 : start=$state_at, size=$((state_mb * mib)), type=83
TABLE

work=$(mktemp -d -p "$out")
trap 'rm -rf "$work"' EXIT
truncate -s "${SELECT_MB}M" "$work/select"
mkfs.vfat --invariant -i "$DISK_ID" -n KIOSKSELECT "$work/select" >/dev/null
python3 - >"$work/autoboot.txt" <<'TEXT'
text = "[all]\ntryboot_a_b=1\nboot_partition=2\n[tryboot]\nboot_partition=3\n"
print(text.ljust(511))
TEXT
mcopy -i "$work/select" "$work/autoboot.txt" ::autoboot.txt
truncate -s "${state_mb}M" "$work/state"
mkfs.ext4 -q -L kiosk-state -m 1 -O metadata_csum,64bit -E lazy_itable_init=0,lazy_journal_init=0 -d "$state" "$work/state"
place "$work/select" $select_at
place "$out/boot.vfat" $boot_a
place "$out/rootfs.img" $root_a
place "$work/state" $state_at
echo "      $image: $(($(stat -c %s "$image") / 1000000)) MB, of which $(($(du -k "$image" | cut -f1) / 1000)) MB are filled"
