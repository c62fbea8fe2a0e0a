#!/usr/bin/env bash
# Lays the kiosk's own files into a Debian: fill.sh ROOT UNPACKED KEYRING DISK_ID
# Configuration, units, the update's commands, kernel modules; takes away what a read-only system does not need. Runs nothing
# of the other processor. SOURCE_DATE_EPOCH makes the image's version; IMAGE_VERSION replaces it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
update=$here/../update
root=${1:?usage: fill.sh ROOT UNPACKED KEYRING DISK_ID}
unpacked=$2 keyring=$3 disk_id=$4
# shellcheck source=deploy/image/layout.sh
. "$here/layout.sh"

own=$(sed -n '/^Package: certificate-kiosk$/,/^$/s/^Version: //p' "$root/var/lib/dpkg/status")
# As semantic versioning orders it: what is built later from one version of the package is newer.
version=${IMAGE_VERSION:-${own%%~*}-$SOURCE_DATE_EPOCH}

modules() {
    local kernel
    cp -a "$unpacked/usr/lib/modules" "$root/usr/lib/"
    kernel=$(ls "$unpacked/usr/lib/modules")
    depmod --basedir "$root" "$kernel"
}

files() {
    cp -rT --no-preserve=mode,ownership "$here/files" "$root"
    find "$here/files" -type f -printf '%P\0' | (cd "$root" && xargs -0 sed -i "s/@DISK_ID@/$disk_id/g")
    local home=$root/usr/lib/certificate-kiosk/image
    install -d "$home/kiosk_update" "$root/state" "$root/boot/select" "$root/etc/rauc" "$root/var/lib/systemd/timesync"
    install -m 0644 "$update"/kiosk_update/*.py "$home/kiosk_update/"
    install -m 0755 "$update/kiosk-update.sh" "$root/usr/bin/kiosk-update"
    install -m 0755 "$here/kiosk_firewall.py" "$home/kiosk-firewall"
    ln -s /usr/bin/kiosk-update "$home/kiosk-update-backend"
    ln -s /usr/bin/kiosk-update "$home/kiosk-update-gate"
    install -m 0644 "$update"/kiosk-judge.service "$update"/kiosk-update.socket "$update"/kiosk-update@.service \
        "$root/etc/systemd/system/"
    install -m 0644 "$keyring" "$root/etc/rauc/keyring.pem"
    sed "s/@COMPATIBLE@/$COMPATIBLE/; s/@VERSION@/$version/; s/@DISK_ID@/$disk_id/" "$update/system.conf" >"$root/etc/rauc/system.conf"
}

units() {
    local unit place=$root/etc/systemd/system
    for unit in kiosk kiosk-screen kiosk-judge kiosk-update.socket kiosk-firewall.timer nftables systemd-networkd systemd-resolved systemd-timesyncd seatd; do
        case $unit in *.*) ;; *) unit=$unit.service ;; esac
        systemctl --root="$root" --quiet enable "$unit"
    done
    # Nobody logs in; nothing is installed, cleaned or indexed on a root that cannot be written; nothing is debugged. What
    # serves a first start after an update would run at each one here.
    for unit in getty@tty1.service serial-getty@.service console-getty.service apt-daily.timer apt-daily-upgrade.timer \
        dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service man-db.timer fstrim.timer systemd-firstboot.service \
        systemd-coredump.socket swap.target systemd-update-utmp.service rauc-mark-good.service \
        ldconfig.service systemd-hwdb-update.service systemd-journal-catalog-update.service systemd-update-done.service \
        systemd-binfmt.service proc-sys-fs-binfmt_misc.automount dev-hugepages.mount sys-kernel-debug.mount \
        sys-kernel-tracing.mount sys-fs-fuse-connections.mount modprobe@fuse.service systemd-pstore.service; do
        ln -sf /dev/null "$place/$unit"
    done
    ln -sf /run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
    ln -sf /usr/share/zoneinfo/Asia/Tokyo "$root/etc/localtime"
    echo kiosk >"$root/etc/hostname"
    printf '127.0.0.1 localhost kiosk\n::1 localhost\n' >"$root/etc/hosts"
    : >"$root/etc/machine-id" # a new one at each start: the root cannot keep it
}

state() { # what lasts, as it is at the first start; tmpfiles.d gives owners and modes
    local tree=$root/../state
    install -d -m 0755 "$tree"/{kiosk,etc-kiosk,timesync,rauc,update}
    cp -a "$root/etc/kiosk/." "$tree/etc-kiosk/"
    chown --reference="$root/var/lib/kiosk" "$tree/kiosk"
    chmod 0700 "$tree/kiosk" "$tree/rauc" "$tree/update"
    chown --reference="$root/etc/kiosk" "$tree/etc-kiosk"
    chmod --reference="$root/etc/kiosk" "$tree/etc-kiosk"
}

records() {
    local share=$root/usr/share/certificate-kiosk
    { awk '/^Package:/ { p = $2 } /^Version:/ { print p "=" $2 }' "$root/var/lib/dpkg/status"; cat "$unpacked.list"; } |
        LC_ALL=C sort >"$share/packages.list"
    echo "$version" >"$share/image-version"
}

thin() {
    rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/*.log "$root"/var/log/apt/* "$root"/var/cache/debconf/*-old
    rm -rf "$root"/tmp/* "$root"/boot/vmlinuz* "$root"/var/lib/dpkg/*-old "$root"/etc/*- "$root"/etc/apt/sources.list* "$root"/root/.cache
    find "$root" -xdev -name __pycache__ -path '*/usr/lib/certificate-kiosk/image/*' -prune -exec rm -rf {} +
}

modules
files
units
state
records
thin
