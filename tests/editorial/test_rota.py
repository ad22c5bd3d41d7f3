"""The rota as a pure function: what it promises whatever it is given."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from editorial.rota import WEEK, Member, Need, available_days, propose, touch, week_load

MONDAY = date(2026, 11, 30)
DUTIES = ("publish", "watch", "answer", "remove")
EVERYTHING = frozenset(DUTIES)


def member(key, **fields):
    return Member(key=key, name=f"P{key}", **({"duties": EVERYTHING} | fields))


def weeks(count, duties=(DUTIES,), load=6.0):
    return [Need(MONDAY + number * WEEK, group, load) for number in range(count) for group in duties]


@st.composite
def spans(draw):
    start = MONDAY + timedelta(days=draw(st.integers(-20, 80)))
    return start, start + timedelta(days=draw(st.integers(0, 20)))


@st.composite
def teams(draw):
    return [
        member(
            number,
            duties=frozenset(draw(st.sets(st.sampled_from(DUTIES)))),
            share=draw(st.sampled_from([0, 20, 50, 100])),
            away=tuple(draw(st.lists(spans(), max_size=3))),
            busy=tuple(draw(st.lists(spans(), max_size=2))),
            joined=draw(st.none() | st.integers(-30, 60).map(lambda days: MONDAY + timedelta(days=days))),
        )
        for number in range(draw(st.integers(0, 6)))
    ]


HOLDINGS = st.sampled_from(
    [(DUTIES,), tuple((duty,) for duty in DUTIES), (("publish", "answer"), ("watch", "remove"))]
)


@pytest.mark.rule("R3")
@settings(max_examples=150, deadline=None)
@given(teams(), HOLDINGS, st.integers(1, 12), st.integers(0, 5))
@example(
    people=[
        Member(key=0, name="P0", duties=frozenset({"publish", "watch"}), share=20),
        Member(key=2, name="P2", duties=frozenset({"answer"}), share=50),
        Member(
            key=4,
            name="P4",
            duties=frozenset({"answer", "publish", "watch"}),
            share=20,
            busy=((date(2026, 11, 30), date(2026, 11, 30)),),
        ),
    ],
    holding=(("publish",), ("watch",), ("answer",), ("remove",)),
    count=3,
    seed=0,
)
def test_nobody_is_on_duty_twice_away_or_without_the_duty_and_no_shift_is_empty_that_someone_could_have_taken(
    people, holding, count, seed
):
    choices = propose(people, weeks(count, holding), seed=seed)
    assert len(choices) == count * len(holding)
    taken = [(choice.need.week, choice.member.key) for choice in choices if choice.member]
    assert len(taken) == len(set(taken))

    def could(one, need):
        ends = need.week + timedelta(days=6)
        hindered = any(touch(span, need.week, ends) for span in (*one.away, *one.busy))
        late = one.joined is not None and one.joined > need.week
        return one.share and not late and not hindered and one.duties.issuperset(need.duties)

    for choice in choices:
        if choice.member:
            assert could(choice.member, choice.need)
        else:
            assert not [
                one for one in people if could(one, choice.need) and (choice.need.week, one.key) not in taken
            ]


@pytest.mark.rule("R3")
@settings(max_examples=60, deadline=None)
@given(st.integers(2, 9), st.integers(4, 26), st.integers(0, 9))
def test_equal_people_never_differ_by_more_than_one_heavy_week(people, count, seed):
    needs = [Need(MONDAY + n * WEEK, DUTIES, 10.0 if n % 5 == 4 else 6.0) for n in range(count)]
    loads = dict.fromkeys(range(people), 0.0)
    for choice in propose([member(n) for n in range(people)], needs, seed=seed):
        loads[choice.member.key] += choice.need.size
    assert max(loads.values()) - min(loads.values()) <= 10.0 * len(DUTIES)


@pytest.mark.rule("R3")
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_equal_people_who_are_away_at_random_share_half_a_year_within_15_percent(seed):
    chance = random.Random(seed)
    people = [
        member(
            number,
            away=tuple(
                (MONDAY + week * WEEK, MONDAY + week * WEEK + timedelta(days=chance.choice([0, 2, 6])))
                for week in range(26)
                if chance.random() < 0.08
            ),
        )
        for number in range(12)
    ]
    loads = dict.fromkeys(range(12), 0.0)
    for choice in propose(people, weeks(26, tuple((duty,) for duty in DUTIES)), seed=seed):
        loads[choice.member.key] += choice.need.size
    last = MONDAY + 26 * WEEK - timedelta(days=1)
    shares = [loads[one.key] / available_days(one, MONDAY, last) for one in people]
    assert max(shares) / min(shares) <= 1.15


@pytest.mark.rule("R3")
@settings(max_examples=40, deadline=None)
@given(teams(), st.integers(1, 8), st.integers(0, 5))
def test_same_input_gives_the_same_rota(people, count, seed):
    assert propose(people, weeks(count), seed=seed) == propose(people, weeks(count), seed=seed)


def test_half_a_share_takes_half_as_many_weeks():
    choices = propose([member(1), member(2), member(3, share=50)], weeks(25), seed=1)
    counts = [sum(choice.member.key == key for choice in choices) for key in (1, 2, 3)]
    assert counts == [10, 10, 5]


def test_what_was_done_before_counts_and_a_newcomer_does_not_catch_up():
    done = {MONDAY - number * WEEK: 24.0 for number in range(1, 13)}
    tired, fresh = member(1, done=done), member(2)
    assert [choice.member.key for choice in propose([tired, fresh], weeks(1), seed=1)] == [2]
    newcomer = member(3, joined=MONDAY)
    twelve = propose(
        [member(1, done=dict.fromkeys(done, 12.0)), member(2, done=dict.fromkeys(done, 12.0)), newcomer],
        weeks(12),
        seed=1,
    )
    assert sum(choice.member.key == 3 for choice in twelve) <= 5


def test_nobody_has_two_weeks_in_a_row_when_others_can():
    choices = propose([member(n) for n in range(3)], weeks(12), seed=3)
    row = [choice.member.key for choice in choices]
    assert all(before != after for before, after in pairwise(row))


def test_own_posts_are_published_by_somebody_else_when_there_is_somebody():
    author = member(1, own=frozenset({MONDAY}))
    needs = weeks(1, (("publish",),))
    assert propose([author, member(2, done={MONDAY - 3 * WEEK: 90.0})], needs, seed=1)[0].member.key == 2
    assert propose([author], needs, seed=1)[0].member.key == 1


def test_choice_says_who_was_away_busy_and_resting():
    away, busy = (MONDAY, MONDAY), (MONDAY + timedelta(days=2), MONDAY + timedelta(days=3))
    people = [
        member(1),
        member(2, away=(away,)),
        member(3, busy=(busy,)),
        member(4, done={MONDAY - WEEK: 24.0}),
    ]
    choice = propose(people, weeks(1), seed=1)[0]
    assert (choice.member.key, choice.reason) == (1, "lightest")
    assert choice.as_data() == {"reason": "lightest", "away": ["P2"], "busy": ["P3"], "resting": ["P4"]}


def test_everyone_away_leaves_the_shift_empty_and_says_so():
    away = ((MONDAY, MONDAY + timedelta(days=30)),)
    choice = propose([member(1, away=away), member(2, away=away)], weeks(1), seed=1)[0]
    assert (choice.member, choice.reason, choice.away) == (None, "nobody", ("P1", "P2"))


def test_fixed_weeks_stay_and_count():
    fixed = [Need(MONDAY, DUTIES, 6.0, fixed=1), *weeks(3)[1:]]
    row = [choice.member.key for choice in propose([member(1), member(2)], fixed, seed=5)]
    assert row == [1, 2, 1]


def test_holidays_weigh_double_and_weekends_half():
    assert week_load(MONDAY, lambda _day: False) == 6.0
    christmas = {date(2026, 12, 24), date(2026, 12, 25), date(2026, 12, 26)}
    assert week_load(date(2026, 12, 21), lambda day: day in christmas) == 9.5


def test_days_away_are_counted_once():
    away = ((MONDAY, MONDAY + timedelta(days=3)), (MONDAY + timedelta(days=2), MONDAY + timedelta(days=4)))
    assert available_days(member(1, away=away), MONDAY, MONDAY + timedelta(days=6)) == 2


def test_who_has_the_shift_is_never_named_among_those_who_could_not():
    """Evening out passes needs on, to people who rested or had a shift when the week was first looked at."""
    for seed in range(20):
        chance = random.Random(seed)
        people = [
            member(
                number,
                away=((MONDAY + chance.randint(0, 11) * WEEK, MONDAY + chance.randint(11, 20) * WEEK),),
            )
            for number in range(4)
        ]
        for choice in propose(people, weeks(20, (("publish", "answer"), ("watch", "remove"))), seed=seed):
            named = [*choice.away, *choice.busy, *choice.resting, *choice.own]
            assert choice.member is None or choice.member.name not in named


def test_lightest_is_said_only_of_who_has_the_lightest_load():
    people = [member(1, done={MONDAY - WEEK: 600.0}), member(2, done={MONDAY - 2 * WEEK: 610.0})]
    (choice,) = propose(people, weeks(1), seed=1)
    assert (choice.member.key, choice.reason, choice.resting) == (2, "wishes", ("P1",))
