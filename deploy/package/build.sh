#!/usr/bin/env bash
# Builds the Debian package of the firmware, for this or another architecture: build.sh OUT ARCH...   (amd64, arm64)
# SUITE (trixie, bookworm) says for which Debian: the wheels inside belong to one version of Python. Any Debian machine builds
# for any architecture, byte for byte the same: nothing is compiled, wheels are checked against kiosk.lock, times are the
# commit's. Not responsible for starting anything. Exit codes: 64 wrong call, 70 a step failed.
set -euo pipefail
umask 022
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
uv=$root/.venv/bin/uv

out=${1:?usage: build.sh OUT ARCH...}
shift
suite=${SUITE:-trixie}
case $suite in
    bookworm) debian=12 python=3.11 next=3.12 ;;
    trixie) debian=13 python=3.13 next=3.14 ;;
    *) echo "package: there is no suite $suite here; use bookworm or trixie" >&2; exit 64 ;;
esac
version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' "$root/firmware/__init__.py")~deb$debian
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 1767225600)}
export SOURCE_DATE_EPOCH
mkdir -p "$out"
work=$(mktemp -d "${TMPDIR:-/var/tmp}/kiosk-package.XXXXXX")
trap 'rm -rf "$work"' EXIT

wheels() { # FOLDER PLATFORM
    "$uv" pip install --quiet --no-config --no-deps --require-hashes --only-binary :all: --link-mode copy \
        --target "$1" --python-platform "$2-manylinux_2_28" --python-version "$python" -r "$here/kiosk.lock"
    # What an installer leaves about itself, and what packages carry beside their modules.
    rm -rf "${1:?}"/{bin,docs,tests,_distutils_hack,.lock} "$1"/*.pth
    rm -rf "${1:?}"/*.dist-info/{RECORD,INSTALLER,REQUESTED,direct_url.json,sboms}
    find "$1" \( -name '*.a' -o -name '*.pyi' -o -name '*.pyx' -o -name '*.c' -o -name '*.h' \) -type f -delete
    find "$1" -name __pycache__ -type d -prune -exec rm -rf {} +
}

fill() { # TREE PLATFORM
    local tree=$1 home=$1/usr/lib/certificate-kiosk doc=$1/usr/share/doc/certificate-kiosk
    install -d "$home/app" "$doc"
    (cd "$root" && find firmware -name __pycache__ -prune -o -path firmware/guard -prune -o -type f -print0) |
        (cd "$root" && xargs -0 cp --parents -t "$home/app")
    wheels "$home/packages" "$2"
    install -D -m 0755 "$root/deploy/kiosk-command.sh" "$tree/usr/bin/kiosk"
    install -D -m 0755 "$root/deploy/kiosk-browser.sh" "$tree/usr/bin/kiosk-browser"
    install -D -m 0644 -t "$tree/usr/lib/systemd/system" "$root"/deploy/systemd/*
    install -D -m 0644 "$root/deploy/polkit/50-kiosk-pcscd.rules" "$tree/usr/share/polkit-1/rules.d/50-kiosk-pcscd.rules"
    install -D -m 0644 "$root/deploy/kiosk.toml" "$tree/usr/share/certificate-kiosk/kiosk.toml"
    install -D -m 0644 "$here/sysusers.conf" "$tree/usr/lib/sysusers.d/certificate-kiosk.conf"
    install -D -m 0644 "$here/tmpfiles.conf" "$tree/usr/lib/tmpfiles.d/certificate-kiosk.conf"
    install -D -m 0644 "$here/lintian-overrides" "$tree/usr/share/lintian/overrides/certificate-kiosk"
    install -m 0644 "$here/copyright" "$doc/copyright"
    changes | gzip -9n >"$doc/changelog.gz"
    find "$tree/usr/lib/certificate-kiosk" -type f -exec chmod 0644 {} +
}

changes() { # the version's entry; what changed for people stands in CHANGELOG.md
    printf 'certificate-kiosk (%s) %s; urgency=medium\n\n  * As CHANGELOG.md of the project says.\n\n' "$version" "$suite"
    printf ' -- Certificate kiosk project <kiosk@kiosk.example>  %s\n' "$(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")"
}

control() { # TREE ARCH
    local size
    install -d "$1/DEBIAN"
    size=$(find "$1/usr" -type f -printf '%s\n' | awk '{ kib += int(($1 + 1023) / 1024) } END { print kib }')
    sed -e "s/@VERSION@/$version/; s/@ARCH@/$2/; s/@SIZE@/$size/; s/@PYTHON@/$python/; s/@NEXT@/$next/" \
        "$here/control" >"$1/DEBIAN/control"
    install -m 0755 -t "$1/DEBIAN" "$here/postinst" "$here/prerm" "$here/postrm"
    (cd "$1" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$1/DEBIAN/md5sums"
}

for arch in "$@"; do
    case $arch in
        amd64) platform=x86_64 ;;
        arm64) platform=aarch64 ;;
        *) echo "package: there is no architecture $arch here; use amd64 or arm64" >&2; exit 64 ;;
    esac
    fill "$work/$arch" "$platform" || exit 70
    control "$work/$arch" "$arch"
    package=$out/certificate-kiosk_${version}_$arch.deb
    # One thread and a fixed level: the same bytes whatever the machine's number of cores.
    dpkg-deb --root-owner-group --uniform-compression --threads-max=1 -Zxz -z1 --build "$work/$arch" "$package" >/dev/null
    rm -rf "${work:?}/$arch"
    echo "package: $package ($(stat -c %s "$package") bytes)"
done
