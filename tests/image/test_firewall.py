"""Nothing comes in; what kiosk.toml names goes out, and what keeps the clock, names and addresses."""

import importlib.util
import shutil
import subprocess
import tomllib

import pytest

from tests.image.conftest import DEPLOY

RULES = DEPLOY / "image" / "files" / "etc" / "nftables.conf"
KNOWN = {"hub.example": {"192.0.2.10", "2001:db8::10"}, "broker.example": {"192.0.2.20"}, "10.0.0.9": {"10.0.0.9"}}


@pytest.fixture(scope="module")
def firewall():
    spec = importlib.util.spec_from_file_location("kiosk_firewall", DEPLOY / "image" / "kiosk_firewall.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def config(**printer):
    hub = {"url": "https://hub.example:8444"}
    return {"hub": hub, "mqtt": {"host": "broker.example", "port": 8883}, "printer": printer}


def in_own_network(script, tmp_path):
    """Run a shell script in a network namespace of its own, with the rules loadable: users are named by number."""
    rules = RULES.read_text(encoding="utf-8")
    for number, name in enumerate(("systemd-network", "systemd-resolve", "systemd-timesync", "kiosk"), 800):
        rules = rules.replace(f'"{name}"', str(number))
    path = tmp_path / "nftables.conf"
    path.write_text(rules, encoding="utf-8")
    command = ["unshare", "--user", "--map-root-user", "--net", "sh", "-euc", script.replace("RULES", str(path))]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


def test_hub_and_broker_are_let_out_and_a_printer_only_on_the_network(firewall):
    both = [("hub.example", 8444), ("broker.example", 8883)]
    assert firewall.services(config(transport="device")) == both
    assert firewall.services(config(transport="tcp", host="10.0.0.9")) == [*both, ("10.0.0.9", 9100)]


def test_the_sample_configuration_names_what_is_let_out(firewall):
    sample = tomllib.loads((DEPLOY / "kiosk.toml").read_text(encoding="utf-8"))
    assert [port for _, port in firewall.services(sample)] != []


def test_a_configuration_that_names_nothing_lets_nothing_out(firewall):
    assert firewall.commands(firewall.services({})) == ""


def test_a_name_that_is_not_found_leaves_the_others(firewall):
    said = firewall.commands([("gone.example", 1), ("hub.example", 8444)], lambda service: KNOWN.get(service[0], set()))
    assert "192.0.2.10 . 8444 timeout" in said
    assert "2001:db8::10 . 8444 timeout" in said


def test_nft_accepts_the_rules_and_the_addresses(firewall, tmp_path):
    assert shutil.which("nft"), "nft is missing: apt-get install nftables"
    wanted = firewall.services(config(transport="tcp", host="10.0.0.9"))
    (tmp_path / "addresses").write_text(firewall.commands(wanted, lambda service: KNOWN[service[0]]))
    fill = f"nft -f {tmp_path}/addresses"
    done = in_own_network(f"nft -f RULES; {fill}; {fill}; nft list sets", tmp_path)
    assert done.returncode == 0, done.stderr
    for element in ("192.0.2.10 . 8444", "2001:db8::10 . 8444", "192.0.2.20 . 8883", "10.0.0.9 . 9100"):
        assert element in done.stdout


def test_both_ways_are_closed_but_for_what_is_listed(tmp_path):
    done = in_own_network("nft -f RULES; nft list ruleset", tmp_path)
    assert done.returncode == 0, done.stderr
    chains = done.stdout.split("chain ")[1:]
    assert [chain.count("policy drop") for chain in chains] == [1, 1, 1]
    coming = next(chain for chain in chains if chain.startswith("input"))
    assert "tcp dport" not in coming, "a service is reachable from outside"
