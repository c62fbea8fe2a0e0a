#!/bin/sh
# The disk's layout, for the scripts that source it. MBR: every Pi's firmware reads it, and its disk id makes stable names.
#   1 which slot starts (FAT)   2, 3 boot partitions A, B (FAT)   5, 6 roots A, B (squashfs)   7 state (ext4)
# shellcheck disable=SC2034  # used where this is sourced
DISK_ID=4b494f53 # "KIOS"
COMPATIBLE=certificate-kiosk-rpi
SELECT_MB=16
BOOT_MB=128
ROOT_MB=1536
