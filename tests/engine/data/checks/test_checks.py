"""What every check must keep: words for people, policies that mean something, and cures that cure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.data.checks import CHECKS
from desktop.engine.data.checks.base import Check, TextCheck, policy_of
from desktop.engine.data.mapping.mend import can_mend

ALL = CHECKS.all()
TEXT = [check for check in ALL if isinstance(check, TextCheck)]
BY_READERS = {"encoding"}  # mended while bytes become text


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.id)
def test_it_says_everything_a_list_needs(check: Check) -> None:
    assert check.title
    assert check.summary.endswith(".")
    assert check.default in check.policies
    assert "stop" in check.policies
    assert bool(check.cure) == ("fix" in check.policies)
    assert policy_of(check, {}) == check.default
    assert policy_of(check, {check.id: "stop"}) == "stop"


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.id)
def test_what_it_promises_to_fix_can_be_fixed(check: Check) -> None:
    if "fix" in check.policies:
        assert isinstance(check, TextCheck) or can_mend(check.id) or check.id in BY_READERS


@pytest.mark.parametrize("check", TEXT, ids=lambda check: check.id)
@given(text=st.text(max_size=60) | st.text("<>&;/brpdiv \x00\x07\x1f\x7f!-#x3", max_size=60))
def test_signs_miss_no_fault_and_cures_leave_none(check: TextCheck, text: str) -> None:
    if check.fault(text):
        data = text.encode("utf-8", "surrogatepass")
        lone = any("\ud800" <= character <= "\udfff" for character in text)
        assert lone or set(data) & set(check.signs)
        mended = check.mended(text)
        for _ in range(len(text)):  # a tag inside a tag is laid bare by the first cure
            if not check.fault(mended):
                break
            mended = check.mended(mended)
        assert not check.fault(mended)
        assert len(mended) < len(text) or check.id == "markup"


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("<p>One</p><p>Two</p>", "One\nTwo\n"),
        ("a &lt; b &amp; c", "a < b & c"),
        ("<!-- note -->kept", "kept"),
        ("if a < b and c > d:", None),
        ("Map<String, Integer> m", None),
        ("AT&T; R&D", None),
        ("x <y> z", None),
    ],
)
def test_markup_is_told_from_code_and_sums(text: str, mended: str | None) -> None:
    check = CHECKS.get("markup")
    assert isinstance(check, TextCheck)
    assert bool(check.fault(text)) == (mended is not None)
    if mended is not None:
        assert check.mended(text) == mended
