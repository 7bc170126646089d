"""Per-customer counterfactuals: what happened to a customer under the baseline and under an intervention, side by side."""

from __future__ import annotations

import pandas as pd

_KEY = ["replication", "customer"]
_FIXED = ["segment", "contract", "origin", "monthly_revenue"]
_OUTCOMES = ["status", "left_week", "exit_reason", "revenue", "cost", "value", "balance", "satisfaction", "contacts"]


def potential_outcomes(customers: pd.DataFrame, baseline: str = "baseline") -> pd.DataFrame:
    """Return one row per replication, intervention and customer, with `<outcome>_baseline` and `<outcome>_treated`.

    Leads who became customers in one world only appear too; their outcomes in the other world are missing. `effect_value` is the
    difference of the discounted margin in currency, `churn_prevented` and `churn_caused` say whose fate turned.
    """
    columns = _KEY + _FIXED + _OUTCOMES
    control = customers.loc[customers["scenario"] == baseline, columns]
    frames = []
    for arm in customers["scenario"].unique():
        if arm == baseline:
            continue
        treated = customers.loc[customers["scenario"] == arm, [*columns, "reached"]]
        both = control.merge(treated, on=_KEY, how="outer", suffixes=("_baseline", "_treated"))
        for name in _FIXED:
            both[name] = both.pop(f"{name}_treated").fillna(both.pop(f"{name}_baseline"))
        both.insert(0, "intervention", arm)
        frames.append(both)
    if not frames:
        return pd.DataFrame(columns=["intervention", *_KEY])
    table = pd.concat(frames, ignore_index=True)
    table["effect_value"] = table["value_treated"].fillna(0.0) - table["value_baseline"].fillna(0.0)
    table["churn_prevented"] = (table["status_baseline"] == "lost") & (table["status_treated"] == "active")
    table["churn_caused"] = (table["status_baseline"] == "active") & (table["status_treated"] == "lost")
    return table
