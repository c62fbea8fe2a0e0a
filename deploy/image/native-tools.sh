#!/usr/bin/env bash
# For the time of the installation, two tools run natively that would take longest under emulation: native-tools.sh
#   dpkg-deb ROOT            decompresses packages: this machine's own
#   python ROOT DEB...       compiles Python modules: the same version as in ROOT, from its packages for this machine
#   remove ROOT              takes both away again
# A wrapper runs each with its own loader and libraries from /native inside ROOT; what they write is the same for every
# processor. Does nothing where the machine is an arm64 itself.
set -euo pipefail
verb=${1:?usage: native-tools.sh dpkg-deb|python|remove ROOT}
root=${2:?usage: native-tools.sh dpkg-deb|python|remove ROOT}
shift 2

if [ "$(dpkg --print-architecture)" = arm64 ]; then exit 0; fi

wrap() { # TOOL COMMAND...: TOOL of ROOT runs COMMAND
    local tool=$root$1
    shift
    mv "$tool" "$tool.emulated"
    printf '#!/native/busybox sh\nexec %s "$@"\n' "$*" >"$tool"
    chmod 0755 "$tool"
}

case $verb in
    dpkg-deb)
        install -d "$root/native/dpkg"
        install -m 0755 "$(command -v busybox)" "$root/native/busybox"
        install -m 0755 "$(command -v dpkg-deb)" "$root/native/dpkg/"
        ldd "$(command -v dpkg-deb)" | grep -o '/[^ ]*' | xargs -I{} cp -L {} "$root/native/dpkg/"
        loader=$(ldd "$(command -v dpkg-deb)" | grep -o '[^ /]*ld-linux[^ ]*')
        wrap /usr/bin/dpkg-deb "/native/dpkg/$loader" --library-path /native/dpkg /native/dpkg/dpkg-deb
        ;;
    python)
        for deb in "$@"; do dpkg-deb --extract "$deb" "$root/native/python"; done
        python=$(cd "$root/native/python" && find usr/bin -name 'python3.*' -type f | head -1)
        loader=$(cd "$root/native/python" && find . -name 'ld-linux*.so.*' | head -1)
        libraries=/native/python/$(cd "$root/native/python" && dirname "$(find . -name 'libc.so.6' | head -1)")
        wrap "/$python" /native/busybox env PYTHONHOME=/usr "/native/python/$loader" --library-path "$libraries" "/native/python/$python"
        ;;
    remove)
        find "$root/usr/bin" -name '*.emulated' | while read -r kept; do mv "$kept" "${kept%.emulated}"; done
        rm -rf "$root/native"
        ;;
    *) echo "native-tools: there is no verb $verb" >&2; exit 64 ;;
esac
