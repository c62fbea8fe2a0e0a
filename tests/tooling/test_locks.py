"""The lock check finds what it says it finds, and the locks of this checkout keep its rules."""

import pytest

from tests.tooling import locks

GOOD = (
    "msgspec==0.22.0 \\\n    --hash=sha256:00 \\\n    --hash=sha256:01\n"
    "av==18.1.0 ; python_full_version < '3.12' \\\n    --hash=sha256:02\n"
)


def test_the_locks_of_this_checkout_keep_the_rules():
    assert locks.offences(locks.ROOT) == []


def test_a_good_lock_has_no_offence():
    assert list(locks.lock_offences("a.lock", GOOD)) == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://packages.example/simple",
        "--extra-index-url=http://10.0.0.1/simple",
        "--find-links /opt/wheels",
        "msgspec @ git+ssh://git@code.example/msgspec",
        "# from pypi.org",
    ],
)
def test_a_host_or_an_index_in_a_lock_is_found(line):
    assert list(locks.host_offences("a.lock", GOOD + line + "\n")) == [
        "a.lock:6: names a host or an index; run make lock"
    ]


def test_a_package_without_hash_is_found():
    assert list(locks.lock_offences("a.lock", "msgspec==0.22.0\n")) == ["a.lock: msgspec has no hash; run make lock"]


def test_a_package_that_is_not_pinned_is_found():
    text = "msgspec>=0.22.0 \\\n    --hash=sha256:00\n"
    assert list(locks.lock_offences("a.lock", text)) == ["a.lock: msgspec is not pinned to one version; run make lock"]


@pytest.mark.parametrize("asked", ["numpy", "msgspec>=1"])
def test_what_pyproject_asks_for_and_the_lock_lacks_is_found(asked):
    assert len(list(locks.asked_offences("a.lock", GOOD, [asked]))) == 1


def test_what_pyproject_asks_for_and_the_lock_has_is_accepted():
    assert list(locks.asked_offences("a.lock", GOOD, ["msgspec>=0.20", "AV"])) == []
