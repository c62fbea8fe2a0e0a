#!/usr/bin/env bash
# Tries deploy/install.sh where nothing is installed: makes a minimal Debian in a temporary folder from this machine's own
# archives, installs there twice, and runs the installed command. Needs root, mmdebstrap and network; 3 to 6 minutes.
#   try-in-clean-root.sh [SUITE]     SUITE: this machine's own by default (bookworm, trixie, ...)
# SOURCES names other apt source files to use; KEEP=1 leaves the folder for a look.
# Not tried here: pins, camera, reader and printer (none there), and the service manager (the unit is only verified).
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" -ne 0 ] || ! command -v mmdebstrap >/dev/null; then
    echo "try: needs root and mmdebstrap: sudo apt-get install mmdebstrap, then sudo deploy/try-in-clean-root.sh" >&2
    exit 77
fi
# shellcheck source=/dev/null
suite=${1:-$(. /etc/os-release && echo "$VERSION_CODENAME")}
read -r -a sources <<<"${SOURCES:-$(find /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources \
    -size +0 2>/dev/null | tr '\n' ' ')}"
root=$(mktemp -d "${TMPDIR:-/var/tmp}/kiosk-root.XXXXXX")

leave() {
    if [ -n "${KEEP:-}" ]; then echo "try: kept $root"; else rm -rf --one-file-system "$root"; fi
}
trap leave EXIT

inside() { # in namespaces of its own, so that nothing mounted or started outlives the command
    local settings=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin HOME=/root LC_ALL=C.UTF-8)
    if [ -e "$root/root/certificates.pem" ]; then
        settings+=(SSL_CERT_FILE=/root/certificates.pem PIP_CERT=/root/certificates.pem)
    fi
    # shellcheck disable=SC2016  # expanded inside
    unshare --mount --pid --fork --kill-child bash -c 'mount -t proc proc "$0/proc"; exec chroot "$0" env -i "$@"' \
        "$root" "${settings[@]}" "$@"
}

expect() { # TEXT COMMAND...: the command must succeed
    local text=$1
    shift
    if "$@"; then echo "try: ok    $text"; else echo "try: FAILED $text" >&2; exit 1; fi
}

echo "try: a minimal $suite in $root"
mmdebstrap --quiet --variant=minbase --include=systemd,apt "$suite" "$root" "${sources[@]}"
cp /etc/resolv.conf "$root/etc/resolv.conf"
if [ -n "${SSL_CERT_FILE:-}" ]; then cp "$SSL_CERT_FILE" "$root/root/certificates.pem"; fi # this machine's own authorities
mkdir "$root/root/checkout"
tar --exclude=__pycache__ -c LICENSE requirements.lock firmware deploy | tar -x -C "$root/root/checkout"

expect "the first installation" inside /root/checkout/deploy/install.sh
expect "the second installation finds all there" inside /root/checkout/deploy/install.sh
expect "kiosk --help" inside kiosk --help
expect "the simulator and the hub are not on the kiosk" inside sh -c '! ls -d /opt/kiosk/app/sim_hw /opt/kiosk/app/hub 2>/dev/null'
expect "the service unit is sound" inside systemd-analyze verify /etc/systemd/system/kiosk.service
expect "the kiosk's user reads the configuration, others do not" inside sh -c \
    'setpriv --reuid=kiosk --regid=kiosk --clear-groups cat /etc/kiosk/kiosk.toml >/dev/null &&
     ! setpriv --reuid=nobody --regid=nogroup --clear-groups cat /etc/kiosk/kiosk.toml 2>/dev/null'

echo "try: kiosk doctor (no device is there: it must say so line by line and not succeed)"
code=0
inside setpriv --reuid=kiosk --regid=kiosk --init-groups kiosk doctor --config /etc/kiosk/kiosk.toml \
    >"$root/root/doctor.txt" 2>&1 || code=$?
sed 's/^/      /' "$root/root/doctor.txt"
expect "kiosk doctor ends with $code, no traceback" sh -c \
    "[ $code -ne 0 ] && [ -s '$root/root/doctor.txt' ] && ! grep -q Traceback '$root/root/doctor.txt'"
for device in card printer tray camera hub broker; do
    expect "kiosk doctor speaks of: $device" grep -qi "$device" "$root/root/doctor.txt"
done
