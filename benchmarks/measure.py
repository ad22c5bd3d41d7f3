"""What the sections measure with."""

from __future__ import annotations

import statistics
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.template import Template
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_test_environment

TURNS = 15
Work = Callable[[], Any]


@dataclass
class Figure:
    """A value beside the most it may be; `at_least` turns the target round."""

    name: str
    value: float
    unit: str
    target: float
    at_least: bool = False

    @property
    def ok(self) -> bool:
        return self.value >= self.target if self.at_least else self.value <= self.target

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        return f"{'ok    ' if self.ok else 'MISSED'} {self.name}: {self.value:g} {self.unit} ({sign} {self.target:g})"


def as_served() -> None:
    """This will make the settings ready for tests, but have templates drawn as people get them.

    Otherwise each one drawn, and each one in it, would have its whole context copied for the test to look at.
    """
    drawing = Template._render
    setup_test_environment()
    Template._render = drawing


def queries(work: Work) -> int:
    """This will return how many queries `work` takes."""
    with CaptureQueriesContext(connection) as caught:
        work()
    return len(caught)


def ratio(
    work: Work, beside: Work, turns: int = TURNS, clock: Callable[[], float] = time.perf_counter
) -> float:
    """This will divide the median time of `work` by that of `beside`, taken turn by turn after one that does not count."""
    taken: tuple[list[float], list[float]] = ([], [])
    for turn in range(turns + 1):
        for one, times in zip((work, beside), taken, strict=True):
            start = clock()
            one()
            if turn:
                times.append(clock() - start)
    return round(statistics.median(taken[0]) / statistics.median(taken[1]), 2)


def page(client: Client, name: str, address: str, *, rows: int | None = None) -> Iterator[Figure]:
    """This will measure one page: queries, size as sent and compressed, and its time beside a bare page of `rows` rows."""
    answer = client.get(address)
    if answer.status_code != 200:
        raise AssertionError(f"{address} answered {answer.status_code}")
    yield Figure(f"{name}: queries", queries(lambda: client.get(address)), "queries", 15)
    yield Figure(f"{name}: size", round(len(answer.content) / 1000, 1), "kB", 80)
    yield Figure(f"{name}: compressed", round(len(zlib.compress(answer.content)) / 1000, 1), "kB", 12)
    if rows is not None:
        yield Figure(
            f"{name}: time beside a bare page of {rows} rows",
            ratio(lambda: client.get(address), lambda: client.get(f"/bare/{rows}/")),
            "times",
            2,
        )
