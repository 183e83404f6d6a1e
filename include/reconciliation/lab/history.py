"""The history of one seed: its parts, made each from a stream of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from include.reconciliation.demo.desk import AccountProfile, Desk, Story
from include.reconciliation.demo.streams import stream
from include.reconciliation.demo.timeline import StoryWindow
from include.reconciliation.lab import bank
from include.reconciliation.lab.catalogue import (
    ADYEN,
    BANK,
    BY_NAME,
    GATEWAY,
    STRIPE,
    STRIPE_PAYOUTS,
)
from include.reconciliation.lab.compounds import plant_several
from include.reconciliation.lab.plan import Part, Plan
from include.reconciliation.lab.scene import Plant, Scene
from include.reconciliation.lab.shapes import SHAPES, SHAPES_OF_GATEWAY
from include.reconciliation.lab.weeks import Week

PACKED = "Packed"
_PSPS = {STRIPE_PAYOUTS: "stripe_payouts"}


@dataclass(frozen=True, slots=True)
class Place:
    """An account of the lab: a PSP for each format and week, and in it one for what is packed."""

    format: str
    week: Week
    account: str

    @property
    def family(self) -> str:
        """Whose words and references it has."""
        return "stripe" if self.format == STRIPE else "adyen"

    @property
    def psp(self) -> str:
        """The name of the PSP's entry."""
        name = self.family if self.format in (ADYEN, STRIPE) else self.format.partition("_")[0]
        parts = (_PSPS.get(self.format, name), self.switched_on, self.week.name)
        return "_".join(filter(None, parts))

    @property
    def switched_on(self) -> str | None:
        """What the PSP's entry has beyond those of the other accounts."""
        kind = BY_NAME.get(self.account)
        return kind.switched_on if kind else None

    @property
    def explains_payouts(self) -> bool:
        """Whether each of its batches is explained: those that Adyen pays out."""
        return self.format == ADYEN

    @property
    def bank(self) -> Place | None:
        """The account at a bank to which its payouts are followed."""
        return Place(bank.FORMAT, self.week, bank.IBAN) if self.switched_on == BANK else None

    @property
    def windows(self) -> tuple[StoryWindow, ...]:
        """Its runs; what goes wrong with whole statements shows in the last two alone."""
        first, second, last = self.week.windows
        if self.account == PACKED:
            return first, second, last
        return StoryWindow(first.start, second.end), last


def profile(place: Place, order_prefix: str) -> AccountProfile:
    """What is usual at an account of the lab; amounts in minor units."""
    return AccountProfile(
        psp=place.psp,
        account=place.account,
        order_prefix=order_prefix,
        currencies={
            "EUR": (0, 700, 35_000),
            "USD": (0, 1_200, 40_000),
            "JPY": (0, 800, 30_000),
            "KWD": (0, 4_000, 250_000),
        },
        payment_methods=("visa", "mc"),
        same_day_method=None,
        sales_per_day=0,
        sales_per_weekend_day=0,
        family=place.family,
    )


@dataclass(frozen=True, slots=True)
class SeedHistory:
    """What one seed says, by the account where it happens."""

    plan: Plan
    stories: dict[Place, Story]


def make_history(plan: Plan) -> SeedHistory:
    """Both projections and the labels of a seed's parts."""
    stories: dict[Place, Story] = {}
    for part in plan.parts:
        add_part(stories, plan, part)
    return SeedHistory(plan, stories)


def add_part(stories: dict[Place, Story], plan: Plan, part: Part) -> None:
    """Writes one part of a plan into the story of the account where it happens."""
    place = place_of(plan, part)
    story = stories.setdefault(place, Story())
    desk = Desk(
        story,
        profile(place, f"S{plan.seed}P{part.number}_"),
        stream(plan.seed, part.name),
    )
    shapes = SHAPES_OF_GATEWAY if place.switched_on == GATEWAY else SHAPES
    _plant(Scene(desk, plan.week, plan.currency), part, shapes)


def place_of(plan: Plan, part: Part) -> Place:
    """The account where a part happens: that of its kind, where whole statements go wrong.

    Payments without a fault stand beside one of another leg: in its account, which must be silent.
    """
    kinds = [BY_NAME[name] for name in part.faults]
    if not kinds:
        kinds = [kind for kind in map(BY_NAME.__getitem__, plan.faults) if kind.switched_on]
    own = next((kind.account for kind in kinds if kind.account), None)
    return Place(plan.format, plan.week, own or PACKED)


def _plant(scene: Scene, part: Part, shapes: Sequence[Plant]) -> None:
    if not part.faults:
        scene.numbers.choice(shapes)(scene)
    elif part.is_compound:
        plant_several(scene, part.faults)
    else:
        BY_NAME[part.faults[0]].plant_in(scene)


def merged(stories: list[Story]) -> Story:
    """Several stories of one account as one."""
    whole = Story()
    for story in stories:
        whole.movements += story.movements
        whole.changes += story.changes
        whole.lines += story.lines
        whole.labels += story.labels
        whole.gateway.unknown_events |= story.gateway.unknown_events
        whole.gateway.declined |= story.gateway.declined
        whole.gateway.amount_minor |= story.gateway.amount_minor
    return whole
