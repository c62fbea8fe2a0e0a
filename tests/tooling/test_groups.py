"""Tests of a group stay on one worker: what they share is made once (pytest 9.2 and pytest-xdist 3.8 do not get on)."""

import pytest

pytestmark = pytest.mark.xdist_group("groups")


def test_the_group_of_a_test_reaches_those_who_hand_out_the_work(request):
    grouped = getattr(request.config.option, "loadgroup", False)  # set in the workers of `make test`
    assert request.node.nodeid.endswith("@groups") == grouped
