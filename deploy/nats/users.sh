#!/bin/sh
# Writes users.conf from the kiosks' ids, one a line on standard input: users.sh <kiosks.txt >users.conf; then nats-server --signal reload
# A user is the common name of a certificate. The rules are those of deploy/mosquitto/acl, with dots for slashes.
# shellcheck disable=SC2016  # $MQTT is a subject
set -eu

user() { # NAME WRITES READS: lists of subjects; what MQTT itself needs comes with them
    printf '    { user: "CN=%s", permissions: { publish: [%s], subscribe: [%s, "$MQTT.sub.>"] } }\n' "$1" "$2" "$3"
}

all='"kiosk.v1", "kiosk.v1.>"'
printf 'system_account: "SYS"\naccounts {\n  SYS { users: [] }\n  KIOSKS {\n    jetstream: enabled\n    users: [\n'
user monitor '"$MQTT.>"' "$all"
user exporter '"$MQTT.>"' "$all"
user fleet '"kiosk.v1.*.cmd.*"' "$all"
user operator '"kiosk.v1.*.cmd.*"' '"kiosk.v1.*.result.*"'
while read -r id; do
    if ! expr "$id" : 'kiosk-[0-9]\{4,6\}$' >/dev/null; then
        echo "users.sh: '$id' is no id of a kiosk, such as kiosk-0001" >&2
        exit 64
    fi
    own=kiosk.v1.$id
    user "$id" "\"$own.avail\", \"$own.info\", \"$own.state\", \"$own.state.*\", \"$own.alarm.*\", \"$own.event.*\", \"$own.result.*\"" "\"$own.cmd.*\""
done
printf '    ]\n  }\n}\n'
