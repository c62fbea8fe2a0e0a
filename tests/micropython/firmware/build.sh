#!/bin/sh
# Builds MicroPython for the Raspberry Pi Pico from Debian's sources: build.sh OUT -> OUT/micropython.uf2
#
# The rp2 port of MicroPython, pico-sdk and tinyusb as one Debian release has them. Left out: TLS and the network, whose
# libraries Debian's source does not hold and which neither rig nor guard use. Needs what deploy/setup/apt-rig.txt names.
set -eu

out=$(realpath -m "${1:?usage: build.sh OUT}")
here=$(dirname "$(realpath "$0")")
suite=trixie # MicroPython 1.25.0, pico-sdk 2.1.1, tinyusb 0.18.0
work=$out/build
rm -rf "$work"
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/micropython" "$work/sdk"

# Debian's archive as this machine reaches it, but of that release, and of sources too; nothing is installed from it.
# shellcheck disable=SC2016 # $(SITE) is apt's
site=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Component: main' | grep '/debian/*$' | head -n 1)
keys=/usr/share/keyrings/debian-archive-keyring.gpg
if [ -z "$site" ] || [ ! -e "$keys" ]; then
    echo "firmware: needs Debian's archive among apt's sources, and the package debian-archive-keyring" >&2
    exit 69
fi
for type in deb deb-src; do
    echo "$type [signed-by=$keys] $site $suite main"
done >"$work/sources.list"
cat >"$work/apt.conf" <<EOF
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "-";
Dir::State::lists "$work/lists";
Dir::Cache "$work/cache";
APT::Sandbox::User "root";
EOF
export APT_CONFIG="$work/apt.conf"

cd "$work"
{ apt-get update -q && apt-get source -q --download-only micropython &&
    apt-get download -q pico-sdk-source tinyusb-source; } >fetch.log 2>&1 || { tail -n 5 fetch.log >&2; exit 69; }
for package in pico-sdk-source_*.deb tinyusb-source_*.deb; do
    dpkg-deb -x "$package" sdk
done
sdk=$work/sdk/usr/src/pico-sdk
tar -xf micropython_*.orig.tar.* -C micropython --strip-components 1
port=micropython/ports/rp2
rmdir micropython/lib/tinyusb
ln -s "$work/sdk/usr/src/tinyusb" micropython/lib/tinyusb
mkdir -p micropython/lib/micropython-lib
touch micropython/lib/micropython-lib/README.md # its absence ends the build; manifest.py takes nothing from it

# What assumes TLS, and the SDK's one file of C++, for which Debian's library is 1.5 GB.
sed -i -e 's/^set(MICROPY_SSL_MBEDTLS ON)/set(MICROPY_SSL_MBEDTLS OFF)/' -e '/mbedtls\/mbedtls_port\.c/d' \
    -e '/target_link_libraries(.* micropy_lib_mbedtls)/d' "$port/CMakeLists.txt"
sed -i -E 's/^(#define MICROPY_(SSL_MBEDTLS|PY_HASHLIB_SHA1|PY_CRYPTOLIB) +)\(1\)/\1(0)/' "$port/mpconfigport.h"
sed -i '/new_delete\.cpp/d' "$sdk/src/rp2_common/pico_cxx_options/CMakeLists.txt"

cmake -S "$port" -B pico -DPICO_SDK_PATH_OVERRIDE="$sdk" -DPICO_NO_PICOTOOL=1 -DMICROPY_BOARD=RPI_PICO -DCMAKE_C_STANDARD_LIBRARIES=-lm \
    -DMICROPY_FROZEN_MANIFEST="$here/manifest.py" >configure.log 2>&1 || { tail -n 20 configure.log >&2; exit 70; }
make -C pico >build.log 2>&1 || { grep -E 'rror' build.log | head -n 20 >&2; exit 70; }
python3 "$here/uf2.py" pico/firmware.bin "$out/micropython.uf2"
rm -rf "$work"
