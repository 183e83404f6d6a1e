"""Another day than the rule gives."""

from __future__ import annotations

from datetime import timedelta

from include.reconciliation.demo.movements import Movement
from include.reconciliation.demo.timeline import ZONE, booked_in_batch_of
from include.reconciliation.lab.scene import Draft, Scene, local
from include.reconciliation.lab.weeks import FRI, MON, NEXT_WED, SUN, THU, TUE, WED


def late_within_grace(scene: Scene) -> None:
    """The ledger is late, over the end of a window, and has its grace."""
    # Of a PSP with files it is in the batch of the evening before.
    sale = scene.sale(at=scene.week.at(FRI, 8)) if scene.is_api else scene.sale(WED)
    scene.desk.state(sale)
    scene.desk.book(sale, known_at=scene.week.at(FRI, 9, 30))


def late_beyond(scene: Scene) -> None:
    """Settled when every grace was over: missing in between, then on another day."""
    days = scene.numbers.choice(((THU, SUN), (FRI, TUE)) if scene.is_api else ((THU, TUE),))
    if not scene.is_api and scene.numbers.randrange(2):
        # No run sees it missing, and in spring a month's end lies between.
        days = (MON, NEXT_WED)
    sold, settled = days
    draft = Draft.of(scene, scene.sale(sold))
    if scene.is_api:
        draft.state(booked_at=scene.moment(settled))
    else:
        draft.state(booked_at=booked_in_batch_of(scene.week.day(settled)))
    if sold != MON:
        scene.label_absent(draft.sale, is_cleared=True)
    scene.label_date(draft.line, draft.row)
    draft.write()


def early(scene: Scene) -> None:
    """Settled a day before its day."""
    day = THU if scene.is_api else scene.numbers.choice((THU, MON, TUE))
    draft = Draft.of(scene, scene.sale(day))
    make_early(draft)
    draft.write()


def make_early(draft: Draft) -> None:
    """The PSP books the sale a day early."""
    scene = draft.scene
    if scene.is_api:
        draft.state(booked_at=draft.sale.occurred_at - timedelta(days=1))
    else:
        draft.state(booked_at=booked_in_batch_of(draft.sale.occurred_at.date()))
    scene.label_date(draft.line, draft.row)


def moved_over_midnight(scene: Scene) -> None:
    """A sale of the evening, that the ledger has on the next day."""
    if scene.is_api:
        _dated(scene, scene.sale(at=scene.week.at(THU, 20, 40)), timedelta(hours=5))
    else:
        _dated(scene, scene.sale(at=local(scene.week, THU, 23, 30)), timedelta(minutes=35))


def summer_time_gap(scene: Scene) -> None:
    """On the day after the clocks went forward the ledger still reckons in winter time."""
    _dated(scene, scene.sale(at=local(scene.week, MON, 23, 30)), timedelta(hours=1))


def summer_time_overlap(scene: Scene) -> None:
    """On the day after the clocks went back the ledger still reckons in summer time."""
    _dated(scene, scene.sale(at=local(scene.week, TUE, 0, 20)), -timedelta(hours=1))


def wrong_zone(scene: Scene) -> None:
    """The ledger stored a local time as if it were UTC."""
    if scene.is_api:
        _dated(scene, scene.sale(at=scene.week.at(FRI, 2, 30)), -timedelta(hours=5))
        return
    moment = local(scene.week, THU, 23, scene.numbers.randrange(10, 50))
    offset = moment.astimezone(ZONE).utcoffset()
    assert offset is not None
    _dated(scene, scene.sale(at=moment), offset)


def _dated(scene: Scene, sale: Movement, by: timedelta) -> None:
    draft = Draft.of(scene, sale)
    draft.book(occurred_at=sale.occurred_at + by)
    scene.label_date(draft.line, draft.row)
    draft.write()


def future_date(scene: Scene) -> None:
    """The ledger dates a settled sale days or a year ahead.

    Until that day is there the row counts in no sum (SEMANTICS, table 1: rows in force, dated
    before the as-of), so that the line is missing in the ledger; then it is of another day.
    """
    draft = Draft.of(scene, scene.sale(scene.numbers.choice((WED, THU))))
    is_near = scene.numbers.randrange(2) == 0
    draft.book(
        occurred_at=scene.moment(TUE) if is_near else draft.row.occurred_at + timedelta(days=365)
    )
    scene.label(
        "existence", "missing_in_ledger", draft.line, draft.sale.amount_minor, is_cleared=is_near
    )
    if is_near:
        scene.label_date(draft.line, draft.row)
    draft.write()


