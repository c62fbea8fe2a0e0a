#!/bin/sh
# /init of the initrd: finds the root of the slot that the Pi's firmware chose, puts a /var over it that lives in memory, and
# goes there. Runs under busybox. Whatever fails ends in a restart: a slot on trial is then left by the firmware itself.
# The partition that the firmware started from: Raspberry Pi documentation, "Device trees", /chosen/bootloader/partition.
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs -o mode=0755,nosuid,nodev,size=25% tmpfs /run

lost() {
    echo "initrd: $1; starting again in 10 s" >/dev/console
    sleep 10
    reboot -f
}

case $(hexdump -v -e '/1 "%02x"' /proc/device-tree/chosen/bootloader/partition 2>/dev/null) in
    00000003) root_partition=6 ;;
    *) root_partition=5 ;; # also firmware that is too old to tell, which knows no second slot
esac

find_root() { # the block device of that partition on the disk that bears this image's signature
    for disk in /sys/block/*; do
        name=${disk##*/}
        signature=$(dd if="/dev/$name" bs=1 skip=440 count=4 2>/dev/null | hexdump -v -e '/1 "%02x"')
        [ "$signature" = @DISK_ID_BYTES@ ] || continue
        for part in "$disk/$name"*; do
            if [ "$(cat "$part/partition" 2>/dev/null)" = "$root_partition" ]; then echo "/dev/${part##*/}"; fi
        done
    done
}

modprobe -a squashfs overlay mmc_block sd_mod
tries=0
root=
while [ -z "$root" ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt 60 ]; then lost "no disk has the root"; fi
    find /sys/devices -name modalias -exec cat {} + 2>/dev/null | sort -u | xargs -n 50 modprobe -qa 2>/dev/null
    root=$(find_root)
    [ -n "$root" ] || sleep 0.5
done

# From here on the watchdog runs (writing starts it), and systemd must take it over in its time.
if [ -c /dev/watchdog ]; then echo 1 >/dev/watchdog; fi
mount -t squashfs -o ro,nodev "$root" /root || lost "$root is no root"
mkdir -p /run/volatile/upper /run/volatile/work
mount -t overlay -o lowerdir=/root/var,upperdir=/run/volatile/upper,workdir=/run/volatile/work,nodev,nosuid overlay /root/var ||
    lost "no /var in memory"
for folder in dev proc sys run; do mount --move "/$folder" "/root/$folder"; done
# Where this fails the kernel stumbles over a missing first process, and starts again (panic=10).
exec switch_root /root /usr/lib/systemd/systemd
