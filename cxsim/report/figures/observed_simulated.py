"""The churn that a firm observed among its customers against the churn simulated, by contract and tenure class."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxsim.report.style import BASELINE, HIGHLIGHT, SMALL, TREATED, canvas, head, panels

_ABREAST = 4


def draw(calibration: pd.DataFrame) -> Figure:
    """Return one panel a contract: observed churn with its binomial interval, and simulated churn beside it.

    Parameters
    ----------
    calibration : the table of that name; rows without observation are left out.
    """
    cells = calibration[calibration["observed"].notna()]
    contracts = list(dict.fromkeys(cells["contract"]))
    rows = -(-len(contracts) // _ABREAST)
    figure = canvas(0.5 + 2.7 * rows)
    shown = panels(figure, rows, min(len(contracts), _ABREAST))
    for axes, contract in zip(shown, contracts, strict=False):
        _panel(axes, cells[cells["contract"] == contract])
        head(axes, contract, "% lost within the window")
    for axes in shown[len(contracts) :]:
        axes.set_visible(False)
    labelled = {
        label: handle for axes in shown for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    figure.legend(
        list(labelled.values()), list(labelled), loc="outside lower center", ncols=3, frameon=False, fontsize=SMALL
    )
    return figure


def _panel(axes: Axes, cells: pd.DataFrame) -> None:
    place = np.arange(len(cells))
    share = {
        name: 100.0 * cells[name].to_numpy() for name in ("observed", "observed_low", "observed_high", "simulated")
    }
    axes.vlines(place - 0.1, share["observed_low"], share["observed_high"], color=BASELINE, linewidth=1.6)
    axes.plot(place - 0.1, share["observed"], "o", color=BASELINE, markersize=5, label="observed, 95 % interval")
    axes.plot(place + 0.1, share["simulated"], "D", color=TREATED, markersize=5, label="simulated")
    missed = ~cells["reached"].to_numpy(dtype=bool)
    if missed.any():
        x, y = place[missed] + 0.1, share["simulated"][missed]
        axes.plot(x, y, "D", color=HIGHLIGHT, markersize=5, label="simulated, not reached")
    axes.set_xticks(
        place, [f"{name}\n{n:,}" for name, n in zip(cells["tenure_class"], cells["customers"], strict=True)]
    )
    axes.set_xlabel("weeks of tenure, customers", fontsize=SMALL)
    axes.set_xlim(-0.6, len(cells) - 0.4)
    axes.set_ylim(0.0, None)
