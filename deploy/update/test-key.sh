#!/usr/bin/env bash
# Makes a key and certificate for signing updates in tests, where there is none yet: test-key.sh FOLDER
# Never for kiosks in the field: those trust the certificate that UPDATE_CERT names when their image is made.
set -euo pipefail
folder=${1:?usage: test-key.sh FOLDER}

if [ -s "$folder/key.pem" ] && [ -s "$folder/certificate.pem" ]; then
    exit 0
fi
mkdir -p "$folder"
umask 077
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -keyout "$folder/key.pem" \
    -out "$folder/certificate.pem" -subj "/O=Certificate kiosk/CN=updates for tests, never in the field" \
    -addext keyUsage=critical,digitalSignature -addext extendedKeyUsage=codeSigning 2>/dev/null
echo "      a key for tests in $folder: updates of this image can be signed by whoever has it"
