from __future__ import annotations

import pickle
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxsim.errors import InputError
from cxsim.journey.expressions import MAX_LENGTH, NAMES, parse_condition, parse_linear
from cxsim.journey.tables import FEATURES

ALL = "E, S, M, PE, Tr, pb, tenure, price_gap, K, nudge, save_desk"
LINEAR = "must be linear: numbers, names, + - * / and brackets, not"
NUMBERS = st.floats(-9, 9).map(lambda value: f"({value!r})") | st.integers(-9, 9).map(lambda value: f"({value})")
DIVISORS = st.sampled_from(["2", "0.5", "(-4)", "3.25"])
CONSTANTS = st.recursive(NUMBERS, lambda inner: st.builds("({} + {})".format, inner, inner), max_leaves=3)


def bigger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} + {})".format, inner, inner),
        st.builds("{} - ({})".format, inner, inner),
        st.builds("({}) * {}".format, inner, CONSTANTS),
        st.builds("{} * ({})".format, CONSTANTS, inner),
        st.builds("({}) / {}".format, inner, DIVISORS),
        st.builds("-({})".format, inner),
        st.builds("+{}".format, inner.map("({})".format)),
    )


FORMULAS = st.recursive(NUMBERS | st.sampled_from(NAMES), bigger, max_leaves=6).filter(
    lambda text: len(text) <= MAX_LENGTH
)
POINTS = st.lists(st.floats(-3, 3), min_size=len(NAMES), max_size=len(NAMES))


@settings(deadline=None)
@given(FORMULAS, POINTS)
def test_coefficients_give_what_python_gives_for_the_same_formula(text: str, point: list[float]) -> None:
    expected = eval(text, {"__builtins__": {}}, dict(zip(NAMES, point, strict=True)))  # noqa: S307 - made by this test
    row = parse_linear(text)
    scale = max(1.0, float(np.abs(row) @ np.abs([1.0, *point])))
    assert row @ np.array([1.0, *point]) == pytest.approx(expected, rel=1e-9, abs=1e-9 * scale)


def test_the_check_against_python_notices_a_wrong_coefficient() -> None:
    row = parse_linear("0.2 + 4*(E-K)")
    row[FEATURES.index("K")] = 4.0
    point = np.full(len(FEATURES), 0.5)
    assert row @ point != pytest.approx(0.5 * 0.2 + 4 * (0.5 - 0.5))


def test_a_row_has_the_columns_of_the_features() -> None:
    row = dict(zip(FEATURES, parse_linear("0.2 + 4*(E-K) + 1*(Tr-0.6) - price_gap"), strict=True))
    expected = {"one": 0.2 - 0.6, "E": 4.0, "K": -4.0, "Tr": 1.0, "price_gap": -1.0}
    assert row == pytest.approx(dict.fromkeys(FEATURES, 0.0) | expected)


def test_no_coefficient_is_minus_zero() -> None:
    assert not np.signbit(parse_linear("-(0*E)")).any()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("E*S", "x: must be linear: a product of two names is not, got 'E*S'"),
        ("E/S", "x: must be linear: only a number other than 0 may divide, got 'E/S'"),
        ("E/(1-1)", "x: must be linear: only a number other than 0 may divide, got 'E/(1-1)'"),
        ("E**2", f"x: {LINEAR} E**2, got 'E**2'"),
        ("1 + exp(E)", f"x: {LINEAR} exp(E), got '1 + exp(E)'"),
        ("E.real", f"x: {LINEAR} E.real, got 'E.real'"),
        ("E[0]", f"x: {LINEAR} E[0], got 'E[0]'"),
        ("E if S else M", f"x: {LINEAR} E if S else M, got 'E if S else M'"),
        ("E > 1", f"x: {LINEAR} E > 1, got 'E > 1'"),
        ("True*E", "x: True is not a number, got 'True*E'"),
        ("'E'", "x: 'E' is not a number, got \"'E'\""),
        ("1e999*E", "x: its numbers must be below 1e300, got '1e999*E'"),
        ("1e200*1e200*E", "x: its coefficients must be finite, got '1e200*1e200*E'"),
        ("one", f"x: 'one' is none of {ALL}, got 'one'"),
        ("rating", f"x: 'rating' is none of {ALL}, got 'rating'"),
        ("tenur", f"x: 'tenur' is none of {ALL}, got 'tenur'; did you mean 'tenure'?"),
        ("E +", "x: must be an expression such as 0.2 + 4*(E-K), got 'E +'"),
        ("", "x: must be an expression such as 0.2 + 4*(E-K), got ''"),
        ("E" * 401, "x: must have at most 400 characters, got 401"),
        (
            "pbb*2 + Trr",
            (
                f"x: 'pbb' is none of {ALL}, got 'pbb*2 + Trr'; did you mean 'pb'?\n"
                f"x: 'Trr' is none of {ALL}, got 'pbb*2 + Trr'; did you mean 'Tr'?"
            ),
        ),
    ],
)
def test_what_is_not_linear_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        parse_linear(text, "x")


@settings(deadline=None)
@given(st.text(max_size=30) | st.text(alphabet="ES()+-*/.0179 eTr&|<", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for parse in (parse_linear, lambda text: parse_condition(text, NAMES)):
        try:
            parse(text)
        except InputError:
            continue


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pb_open & decile >= 7", [True, False, False, False]),
        ("decile >= 7 & pb_open", [True, False, False, False]),
        ("pb_open and decile >= 7", [True, False, False, False]),
        ("pb_open | decile >= 7", [True, True, True, False]),
        ("~pb_open & decile >= 7", [False, False, True, False]),
        ("not (pb_open | decile >= 7)", [False, False, False, True]),
        ("3 < decile <= 8", [True, False, False, True]),
        ("decile != 8 & decile == 9 | balance < -1.5", [False, True, True, False]),
        ("pb_open == 1", [True, True, False, False]),
        ("1 < 2", [True, True, True, True]),
        ("  ", [True, True, True, True]),
    ],
)
def test_a_condition_means_what_a_user_expects(text: str, expected: list[bool]) -> None:
    columns = {
        "pb_open": np.array([True, True, False, False]),
        "decile": np.array([8, 2, 9, 5], dtype=np.int8),
        "balance": np.array([0.0, -2.0, 1.0, 0.5]),
    }
    condition = parse_condition(text, columns)
    assert condition.evaluate(columns).tolist() == expected
    assert [condition.holds({name: column[i] for name, column in columns.items()}) for i in range(4)] == expected
    assert condition.names == {name for name in columns if name in text}
    assert pickle.loads(pickle.dumps(condition)) == condition  # noqa: S301 - travels to worker processes


def test_a_condition_gives_a_column_of_its_own() -> None:
    flags = np.array([True, False])
    result = parse_condition("a", ["a"]).evaluate({"a": flags})
    result[:] = False
    assert result.dtype == np.bool_
    assert flags.tolist() == [True, False]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("decil >= 7", "s: 'decil' is none of decile, open, got 'decil >= 7'; did you mean 'decile'?"),
        ("open && decile", "s: must be a condition such as a & b >= 7, got 'open && decile'"),
        ("decile = 7", "s: must be a condition such as a & b >= 7, got 'decile = 7'"),
        ("decile + 1 > 7", "s: must compare names and numbers, not decile + 1, got 'decile + 1 > 7'"),
        ("decile in open", "s: must compare with one of < <= > >= == !=, got 'decile in open'"),
        ("open & 7", "s: must compare names and numbers, joined by & | ~, not 7, got 'open & 7'"),
        ("decile < 'a'", "s: 'a' is not a number, got \"decile < 'a'\""),
        ("open.mean() > 1", "s: must compare names and numbers, not open.mean(), got 'open.mean() > 1'"),
        (
            "opn & decil > 2",
            (
                "s: 'opn' is none of decile, open, got 'opn & decil > 2'; did you mean 'open'?\n"
                "s: 'decil' is none of decile, open, got 'opn & decil > 2'; did you mean 'decile'?"
            ),
        ),
    ],
)
def test_what_is_no_condition_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        parse_condition(text, ["decile", "open"], "s")
