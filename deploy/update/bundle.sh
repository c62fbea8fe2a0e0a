#!/usr/bin/env bash
# Makes a signed update from the parts that build.sh left in IMAGE: bundle.sh IMAGE OUT.raucb
#   KEY, CERT   who signs (PEM, or a PKCS#11 address for KEY); else the key for tests in IMAGE/test-key
#   VERSION     instead of the image's own; COMPATIBLE instead of this project's
# Exit codes: 64 wrong call, 69 there is no image, 77 rauc is missing, else rauc's own.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
compatible=${COMPATIBLE:-$(sed -n 's/^COMPATIBLE=//p' "$here/../image/layout.sh")}
image=${1:?usage: bundle.sh IMAGE OUT.raucb}
out=${2:?usage: bundle.sh IMAGE OUT.raucb}

if ! command -v rauc >/dev/null; then
    echo "update: rauc is missing here. Run: sudo apt-get install --no-install-recommends rauc squashfs-tools" >&2
    exit 77
fi
for part in rootfs.img boot.vfat version; do
    if [ ! -s "$image/$part" ]; then
        echo "update: $image/$part is missing: run make image first" >&2
        exit 69
    fi
done
content=$(mktemp -d -p "$(dirname "$out")" .bundle.XXXXXX)
trap 'rm -rf "$content"' EXIT
ln "$image/rootfs.img" "$content/rootfs.img" 2>/dev/null || cp "$image/rootfs.img" "$content/rootfs.img"
cp "$image/boot.vfat" "$content/boot.img"
cat >"$content/manifest.raucm" <<MANIFEST
[update]
compatible=$compatible
version=${VERSION:-$(cat "$image/version")}

[bundle]
format=verity

[image.rootfs]
filename=rootfs.img

[image.boot]
filename=boot.img
MANIFEST
rm -f "$out"
# What is inside is compressed already.
rauc bundle --cert="${CERT:-$image/test-key/certificate.pem}" --key="${KEY:-$image/test-key/key.pem}" \
    --mksquashfs-args="-comp zstd -Xcompression-level 1" "$content" "$out" >/dev/null
echo "update: $out ($(stat -c %s "$out") bytes), version ${VERSION:-$(cat "$image/version")} for $compatible"
