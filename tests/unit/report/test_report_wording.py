from __future__ import annotations

from functools import partial
from math import inf, nan

import pytest

from cxsim.metrics.horizons import METRICS
from cxsim.report.wording import TITLES, Verdict, change, interval, level, listed, money, number, verdict


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{MINUS SIGN}", "-")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1_513_914.0, "EUR 1.51 m"), (-4_318_281.0, "-EUR 4.32 m"), (368_000.0, "EUR 368 k"), (1606.762, "EUR 1,607"),
        (18.156, "EUR 18.2"), (0.0, "EUR 0"), (552_376_100.0, "EUR 552 m"), (1.09e9, "EUR 1.09 bn"), (nan, "–"),
        (999_900.0, "EUR 1.00 m"),
    ],
)  # fmt: skip
def test_money_has_three_digits(value: float, text: str) -> None:
    assert plain(money(value, "EUR")) == text


def test_changes_carry_sign_and_unit() -> None:
    assert plain(change("churn_rate", -0.0088, "EUR")) == "-0.88 pp"
    assert plain(change("nps_true", 1.69, "EUR")) == "+1.7"
    assert plain(change("npv", 1.5e6, "GBP")) == "+GBP 1.50 m"
    assert plain(level("churn_rate", 0.12335, "EUR")) == "12.3 %"
    assert plain(level("satisfaction", 0.743, "EUR")) == "74.3 of 100"
    assert number(-0.0001, 2, signed=True) == "0.00"
    assert number(inf) == "never"


def test_an_interval_names_its_unit_once() -> None:
    say = partial(change, "npv", currency="EUR")
    assert plain(interval(-334_532.0, 694_542.0, say)) == "-EUR 335 k to +695 k"
    assert plain(interval(0.122, 0.125, partial(level, "churn_rate", currency="EUR"))) == "12.2 to 12.5 %"
    assert plain(interval(0.0, 0.0, say)) == "exactly 0"
    assert interval(nan, nan, say) == "no interval"


def test_an_interval_allows_to_say_only_so_much() -> None:
    assert verdict(1.0, 2.0) is Verdict.GAIN
    assert verdict(1.0, 2.0, higher_is_better=False) is Verdict.LOSS
    assert verdict(-1.0, 2.0) is Verdict.UNDECIDED
    assert verdict(0.0, 2.0) is Verdict.UNDECIDED
    assert verdict(0.0, 0.0) is Verdict.NOTHING
    assert verdict(nan, nan) is Verdict.UNKNOWN


def test_every_metric_has_a_title() -> None:
    assert set(TITLES) == set(METRICS)


def test_words_are_listed_as_in_a_sentence() -> None:
    assert [listed(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
