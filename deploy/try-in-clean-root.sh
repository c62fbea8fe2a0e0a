#!/usr/bin/env bash
# Tries this checkout where nothing is installed: makes a minimal Debian in a temporary folder from this machine's own
# archives, and in it either installs the kiosk's package twice and runs the installed command, or runs `make demo` as root
# and as a user with sudo. Needs root, mmdebstrap and network; 1 to 6 minutes.
#   try-in-clean-root.sh [kiosk|demo] [SUITE]     SUITE: this machine's own by default (bookworm, trixie, ...)
# SOURCES names other apt source files to use; PACKAGE a package that is built already; FOLDER the place, which is then kept.
# Not tried here: pins, camera, reader and printer (none there). `make test-boot` boots the system that this leaves.
set -euo pipefail
cd "$(dirname "$0")/.."

what=${1:-kiosk}
case $what in
    kiosk) packages=systemd,systemd-sysv,dbus,apt ;;
    demo) packages=git,make,python3,ca-certificates,sudo ;;
    *) echo "usage: try-in-clean-root.sh [kiosk|demo] [SUITE]" >&2; exit 64 ;;
esac
if [ "$(id -u)" -ne 0 ] || ! command -v mmdebstrap >/dev/null; then
    echo "try: needs root and mmdebstrap: sudo apt-get install mmdebstrap, then sudo deploy/try-in-clean-root.sh" >&2
    exit 77
fi
# shellcheck source=/dev/null
own=$(. /etc/os-release && echo "$VERSION_CODENAME")
suite=${2:-$own}
folder=${FOLDER:-$(mktemp -d "${TMPDIR:-/var/tmp}/kiosk-root.XXXXXX")}
mkdir -p "$folder"
chmod 0755 "$folder"
root=$folder/root

leave() {
    if [ -n "${FOLDER:-}" ]; then echo "try: kept $root"; else rm -rf --one-file-system "$folder"; fi
}
trap leave EXIT

inside() { # in namespaces of its own, so that nothing mounted or started outlives the command
    local settings=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin HOME=/root LC_ALL=C.UTF-8)
    if [ -e "$root/etc/own-certificates.pem" ]; then
        settings+=(SSL_CERT_FILE=/etc/own-certificates.pem PIP_CERT=/etc/own-certificates.pem)
    fi
    # shellcheck disable=SC2016  # expanded inside
    unshare --mount --pid --fork --kill-child bash -c \
        'mount -t proc proc "$0/proc"; mount --rbind /dev "$0/dev"; exec chroot "$0" env -i "$@"' \
        "$root" "${settings[@]}" "$@"
}

expect() { # TEXT COMMAND...: the command must succeed
    local text=$1
    shift
    if "$@"; then echo "try: ok    $text"; else echo "try: FAILED $text" >&2; exit 1; fi
}

make_root() {
    local file sources=()
    for file in ${SOURCES:-/etc/apt/sources.list /etc/apt/sources.list.d/debian.sources}; do
        if [ -s "$file" ]; then # the same archives, asked for the other suite
            sed "s/\b$own\b/$suite/g" "$file" >"$folder/${file##*/}"
            sources+=("$folder/${file##*/}")
        fi
    done
    echo "try: a minimal $suite in $root"
    mmdebstrap --quiet --variant=minbase --include="$packages" "$suite" "$root" "${sources[@]}"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    if [ -n "${SSL_CERT_FILE:-}" ]; then # this machine's own authorities
        install -m 0644 "$SSL_CERT_FILE" "$root/etc/own-certificates.pem"
    fi
}

try_kiosk() {
    local package=${PACKAGE:-}
    if [ -z "$package" ]; then
        SUITE=$suite deploy/package/build.sh "$folder/package" "$(dpkg --print-architecture)"
        package=$(echo "$folder"/package/*.deb)
    fi
    cp "$package" "$root/root/kiosk.deb"
    inside apt-get update -q >/dev/null
    local install=(inside env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends)
    expect "the package installs with what it needs" "${install[@]}" -o Dpkg::Use-Pty=0 /root/kiosk.deb
    expect "and once more over itself" "${install[@]}" -o Dpkg::Use-Pty=0 --reinstall /root/kiosk.deb
    rm "$root/root/kiosk.deb"
    local version
    version=$(inside dpkg-query --show --showformat="\${Version}" certificate-kiosk)
    expect "kiosk --version says $version without the suite" [ "$(inside kiosk --version)" = "${version%~deb*}" ]
    expect "the simulator and the hub are not on the kiosk" inside sh -c \
        '! ls -d /usr/lib/certificate-kiosk/app/sim_hw /usr/lib/certificate-kiosk/app/hub 2>/dev/null'
    expect "the service unit is sound" inside systemd-analyze verify /usr/lib/systemd/system/kiosk.service
    expect "the kiosk's user reads the configuration, others do not" inside sh -c \
        'setpriv --reuid=kiosk --regid=kiosk --clear-groups cat /etc/kiosk/kiosk.toml >/dev/null &&
         ! setpriv --reuid=nobody --regid=nogroup --clear-groups cat /etc/kiosk/kiosk.toml 2>/dev/null'
    try_doctor
}

try_doctor() {
    local code=0 part
    echo "try: kiosk doctor (no device is there: it must say so line by line and not succeed)"
    inside setpriv --reuid=kiosk --regid=kiosk --init-groups kiosk doctor --config /etc/kiosk/kiosk.toml \
        >"$folder/doctor.txt" 2>&1 || code=$?
    sed 's/^/      /' "$folder/doctor.txt"
    expect "kiosk doctor ends with $code, no traceback" sh -c \
        "[ $code -eq 1 ] && [ -s '$folder/doctor.txt' ] && ! grep -q Traceback '$folder/doctor.txt'"
    for part in "state directory" certificates clock "hub as kiosk" "hub as clerk" "card reader" printer "tray sensor" \
        "coin acceptor" buzzer camera broker; do
        expect "kiosk doctor speaks of: $part" grep -qE "^(OK|FAIL) +$part " "$folder/doctor.txt"
    done
    expect "kiosk doctor says what to do about each fault" sh -c \
        "! grep '^FAIL' '$folder/doctor.txt' | grep -v -e ' -> '"
}

try_demo() {
    mkdir "$root/root/checkout"
    git ls-files -z --cached --others --exclude-standard | tar --null -T - -c | tar -x --no-same-owner -C "$root/root/checkout"
    expect "make demo as root" inside make -C /root/checkout demo
    inside useradd --create-home visitor
    echo 'visitor ALL=(ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/visitor"
    inside sh -c 'cp -R /root/checkout /home/visitor/checkout && cd /home/visitor/checkout && rm -rf .venv out &&
        chown -R visitor: . && apt-get purge -q -y libpcsclite-dev >/dev/null && rm -rf /run/pcscd'
    expect "make demo as a user with sudo" inside setpriv --reuid=visitor --regid=visitor --init-groups \
        env HOME=/home/visitor make -C /home/visitor/checkout demo
    expect "make demo leaves what it promises" inside sh -c \
        'cd /home/visitor/checkout/out/demo && ls front.png back.png strip.png job.bin events.jsonl mqtt.jsonl hub'
}

make_root
"try_$what"
