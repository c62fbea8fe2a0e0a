#!/usr/bin/env bash
# Installs the firmware from this checkout on a kiosk: Raspberry Pi OS (64 bit) or Debian 12/13. Run as root; run again to update.
# Leaves /etc/kiosk alone when it is there, and does not start the service: the configuration needs a look first.
# Not responsible for keys and certificates (from the hub's operator), the operating system's image, the browser.
# Exit codes: 70 a step failed, 77 not root.
set -euo pipefail
cd "$(dirname "$0")/.."

home=/opt/kiosk
settings=/etc/kiosk
user=kiosk
lock=requirements.lock

say() { echo "[install] $*"; }

install_packages() {
    deploy/setup/packages.sh --start-services deploy/setup/apt-kiosk.txt
    local name extra=()
    for name in python3-rpi-lgpio python3-picamera2; do
        if apt-cache policy "$name" | grep -q 'Candidate: [^(]'; then
            extra+=("$name")
        else
            say "$name is not in this machine's archives; without it kiosk doctor reports pins or camera as missing"
        fi
    done
    if [ "${#extra[@]}" -gt 0 ]; then deploy/setup/packages.sh --start-services "${extra[@]}"; fi
}

make_user() {
    local group
    for group in gpio video lp dialout; do
        getent group "$group" >/dev/null || groupadd --system "$group"
    done
    if ! getent passwd "$user" >/dev/null; then
        useradd --system --user-group --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin "$user"
    fi
    usermod --append --groups gpio,video,lp,dialout "$user"
}

copy_firmware() { # the new tree is put beside the old one and takes its place in one step
    rm -rf "$home/app.new" "$home/app.old"
    install -d -m 0755 "$home" "$home/app.new"
    cp -R firmware LICENSE "$lock" "$home/app.new/"
    find "$home/app.new" -name __pycache__ -type d -prune -exec rm -rf {} +
    if [ -d "$home/app" ]; then mv "$home/app" "$home/app.old"; fi
    mv "$home/app.new" "$home/app"
    rm -rf "$home/app.old"
}

make_environment() { # sees Debian's own packages too: RPi.GPIO (rpi-lgpio) and picamera2 come from there
    local wanted
    wanted=$(sha256sum "$lock" deploy/setup/*.lock /usr/bin/python3 | sha256sum)
    if [ "$(cat "$home/venv/.ready" 2>/dev/null)" = "$wanted" ]; then
        say "Python packages: all installed"
        return
    fi
    /usr/bin/python3 -m venv --clear --system-site-packages "$home/venv"
    "$home/venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/setup/installer.lock
    "$home/venv/bin/uv" pip install --quiet --python "$home/venv/bin/python" --require-hashes \
        --build-constraints deploy/setup/build.lock -r "$lock"
    echo "$wanted" >"$home/venv/.ready"
}

install_settings() {
    install -d -m 0750 -o root -g "$user" "$settings" "$settings/pki"
    install -d -m 0700 -o "$user" -g "$user" /var/lib/kiosk
    if [ -e "$settings/kiosk.toml" ]; then
        say "$settings/kiosk.toml is kept as it is"
    else
        install -m 0640 -o root -g "$user" deploy/kiosk.toml "$settings/kiosk.toml"
    fi
    install -D -m 0644 deploy/polkit/50-kiosk-pcscd.rules /etc/polkit-1/rules.d/50-kiosk-pcscd.rules
    install -D -m 0644 deploy/systemd/kiosk.service /etc/systemd/system/kiosk.service
    install -D -m 0755 deploy/kiosk-command.sh /usr/local/bin/kiosk
    install -D -m 0755 deploy/kiosk-browser.sh /usr/local/bin/kiosk-browser
    if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
}

if [ "$(id -u)" -ne 0 ]; then
    echo "install: run this as root: sudo deploy/install.sh" >&2
    exit 77
fi
say "1/5 Debian packages"
install_packages
say "2/5 user $user and its groups"
make_user
say "3/5 firmware to $home/app"
copy_firmware
say "4/5 Python packages to $home/venv"
make_environment
say "5/5 settings, unit and command"
install_settings
say "done. Next: put the keys into $settings/pki, edit $settings/kiosk.toml, then"
say "    sudo -u $user kiosk doctor --config $settings/kiosk.toml && sudo systemctl enable --now kiosk"
