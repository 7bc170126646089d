"""What a tick counts: the integer codes of measures, causes and table columns that engine and tables share."""

from __future__ import annotations

from enum import IntEnum

FIXED_POINT = 1048576.0
"""Real numbers are summed as integers of 2^-20, so that sums do not depend on the order of the terms."""

NET_BINS = 96
NET_LOW = -8.0
NET_STEP = 0.125
"""Bins of the net booking of an encounter (ec): [-8, 4), the outer bins open."""


class Measure(IntEnum):
    """Sums over the customers of a segment in one tick."""

    PROSPECTS = 0
    ACTIVE = 1
    ACQUIRED = 2
    CHURNED = 3
    FRUSTRATED = 4
    ENCHANTED = 5
    CONTACTS = 6
    COMPLAINTS = 7
    ABANDONED = 8
    SERVED = 9
    FIRST_CONTACTS = 10
    FIRST_RESOLVED = 11
    FAILURES = 12
    SETTLED = 13
    CLOSED = 14
    ASKED = 15
    ANSWERED = 16
    CSAT_ANSWERS = 17
    CES_ANSWERS = 18
    OPEN_PROBLEMS = 19
    REACHED = 20
    # fixed-point sums from here on
    REVENUE = 21
    CONTACT_COST = 22
    RECOVERY_COST = 23
    PROGRAMME_COST = 24
    SATISFACTION = 25
    BALANCE = 26
    EXPECTATION_FUNCTIONAL = 27
    EXPECTATION_EMOTIONAL = 28
    WAIT_MIN = 29
    CSAT = 30
    CES = 31
    CREDITED = 32
    DEBITED = 33
    FORGOTTEN = 34
    BASE_REVENUE = 35
    BASE_COST = 36
    BASE_ACTIVE = 37
    BASE_CHURNED = 38
    HABITUATION = 39
    TRUST = 40
    SATISFIED = 41


N_MEASURES = len(Measure)
FIRST_REAL = int(Measure.REVENUE)
COUNTS_AMONG_REALS = (int(Measure.BASE_ACTIVE), int(Measure.BASE_CHURNED), int(Measure.SATISFIED))


class Cause(IntEnum):
    """Why something was booked in the account."""

    EXPERIENCE = 0
    MOMENT_OF_TRUTH = 1
    NORM = 2
    WAIT = 3
    EFFORT = 4
    INCONSISTENCY = 5
    FAILURE = 6
    UNAVOIDABLE = 7
    HANDOFF = 8
    ABANDONED = 9
    UNRESOLVED = 10
    LATE_REPLY = 11
    RESTORATION = 12
    RECOVERY = 13
    DOUBLE_DEVIATION = 14


N_CAUSES = len(Cause)
AVOIDABLE = frozenset(set(Cause) - {Cause.UNAVOIDABLE, Cause.RESTORATION, Cause.RECOVERY})
"""Causes whose debits a firm could avoid."""


class Visit(IntEnum):
    """Sums over the encounters at a touchpoint on a channel."""

    COUNT = 0
    BELOW = 1
    ABOVE = 2
    FAILURES = 3
    SWITCHED = 4
    TASK_FAILED = 5
    KEPT = 6
    # fixed-point sums from here on
    SATISFACTION = 7
    EFFORT = 8
    WAIT_MIN = 9


N_VISITS = len(Visit)


class ProblemCode(IntEnum):
    """The state of a customer's open problem."""

    NONE = 0
    SILENT = 1
    VOICED = 2
    LETTER = 3
    REPLIED = 4


class ExitCode(IntEnum):
    """Why a customer left, read off the state at the decision."""

    NONE = 0
    NATURAL = 1
    EXPERIENCE = 2
    SERVICE = 3
