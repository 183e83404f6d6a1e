"""Pix received, as every bank's API answers `GET /pix` (Banco Central do Brasil, API Pix 2).

Refunds live inside the payment and lists go by the time of the payment: the payments of earlier
days that have a refund are asked for as well. A refund that is still being made or was not made has
moved no money and is no line. What the bank charges for a payment is not here: fee and tax are not
known.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from include.reconciliation.statements.api_pages import (
    Api,
    Page,
    Request,
    Walk,
    local_day,
    numbered,
)
from include.reconciliation.statements.description import ParsedFormat
from include.reconciliation.statements.parsed import Line
from include.reconciliation.statements.strict_json import Entry

ZONE = "America/Sao_Paulo"
# The size of a page that the API has without being asked: each bank gives it.
PAGE_LINES = 100
# The API names no longest range; banks refuse long ones.
RANGE_MAX = timedelta(days=5)
# A payment may be given back for 90 days, and the refund is settled a little later.
REFUNDED_WITHIN = timedelta(days=91)
_CURRENCY = "BRL"
_MADE = "DEVOLVIDO"
_WITHOUT_MONEY = {"EM_PROCESSAMENTO": "still being made", "NAO_REALIZADO": "not made"}
# The central bank's way of giving money back after a fraud or a bank's error: not the merchant's.
_DISPUTED = "MED_"


def _page(page: Entry) -> Page:
    # The API does not oblige a bank to list nothing: what it states is held against what is listed.
    found = numbered(page, page.parts("pix"))
    asked = page.part("parametros")
    paging = asked.part("paginacao")
    number, pages = paging.whole("paginaAtual"), paging.whole("quantidadeDePaginas")
    stated = paging.whole("quantidadeTotalDeItens")
    notices = list(_unmoved(found))
    read_from, read_to = asked.moment("inicio"), asked.moment("fim")
    for pix in found:
        # A refund may be made long after its payment; the last second is asked for as a whole.
        if not read_from <= pix.moment("horario") < read_to + timedelta(seconds=1):
            expected = f"from {read_from} to {read_to}, which was asked for"
            raise pix.error("outside_range", "horario", expected, pix.text("horario"))
    # The official example itself states fewer than it lists.
    if pages == 1 and stated < len(found):
        notices.append(f"the bank states {stated} Pix and lists {len(found)}")
    return Page(
        found,
        has_more=number + 1 < pages,
        number=number,
        stated=stated,
        read_from=read_from,
        read_to=read_to,
        notices=tuple(notices),
    )


def _unmoved(found: list[Entry]) -> Iterator[str]:
    """What is told of refunds without money: one sentence for each status, however many."""
    for status, meaning in _WITHOUT_MONEY.items():
        payments = [
            pix.value.get("endToEndId")
            for pix in found
            for refund in pix.parts("devolucoes")
            if refund.value.get("status") == status
        ]
        if len(payments) > 1:
            yield f"{len(payments)} refunds, as of {payments[0]!r:.60}, are {meaning}: no line"
        elif payments:
            yield f"a refund of {payments[0]!r:.60} is {meaning}: no line"


def _overlooked(found: list[Entry], read_from: datetime) -> Iterator[str]:
    """Refunds that are made and have no time of it, where they were asked for before the range."""
    payments = [
        pix.value.get("endToEndId")
        for pix in found
        for refund in pix.parts("devolucoes")
        if refund.value.get("status") == _MADE
        and not (times := refund.part("horario")).text("liquidacao")
        and times.moment("solicitacao") < read_from
    ]
    if payments:
        counted = "a refund" if len(payments) == 1 else f"{len(payments)} refunds, as of one"
        yield (
            f"{counted} of {payments[0]!r:.60}, made without a time of settlement and asked for"
            " before the range: no line of this read; look whether an earlier one has it"
        )


def _ask(account: str, read_from: datetime, read_to: datetime) -> Walk:
    """The payments of the range; then those of earlier days whose refund may lie in the range."""
    yield from _pages(read_from, read_to)
    yield from _pages(read_from - REFUNDED_WITHIN, read_from, ("devolucaoPresente", "true"))


def _pages(read_from: datetime, read_to: datetime, *filters: tuple[str, str]) -> Walk:
    while read_from < read_to:
        until = min(read_from + RANGE_MAX, read_to)
        query = (
            ("inicio", _written(read_from)),
            ("fim", _written(until)),
            *filters,
            ("paginacao.itensPorPagina", str(PAGE_LINES)),
        )
        number, has_more = 0, True
        while has_more:
            paging = ("paginacao.paginaAtual", str(number))
            page = yield Request("/pix", (*query, paging), number, read_from, until)
            # Whoever answers with another page, or with nothing, would be asked for ever.
            has_more = page.has_more and page.number == number and bool(page.entries)
            number += 1
        read_from = until


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _lines(pix: Entry, zone: str) -> Iterator[Line]:
    payment = pix.needed("endToEndId")
    yield _line(
        pix,
        zone,
        "pix",
        "payment",
        _unsigned_minor(pix),
        pix.moment("horario"),
        key=payment,
        event=payment,
        further=(("pix_key", pix.text("chave")),),
    )
    for refund in pix.parts("devolucoes"):
        status = refund.needed("status")
        if status in _WITHOUT_MONEY:
            continue
        if status != _MADE:
            known = ", ".join((_MADE, *_WITHOUT_MONEY))
            raise refund.error("bad_page", "status", f"one of {known}", status)
        times = refund.part("horario")
        nature = refund.text("natureza") or ""
        own_id = refund.needed("id")
        yield _line(
            pix,
            zone,
            f"devolucao {nature}".rstrip(),
            "chargeback" if nature.startswith(_DISPUTED) else "refund",
            -_unsigned_minor(refund),
            times.moment("liquidacao" if times.text("liquidacao") else "solicitacao"),
            key=f"{payment} {own_id}",
            event=refund.text("rtrId") or own_id,
            further=(("refund", own_id),),
        )


def _unsigned_minor(entry: Entry) -> int:
    minor = entry.minor("valor", _CURRENCY)
    if minor < 0:
        raise entry.error("bad_amount", "valor", "an amount without a sign", entry.text("valor"))
    return minor


def _line(
    pix: Entry,
    zone: str,
    word: str,
    type_: str,
    amount_minor: int,
    booked_at: datetime,
    *,
    key: str,
    event: str,
    further: tuple[tuple[str, str | None], ...],
) -> Line:
    return Line(
        row=pix.row,
        provider_type=word,
        type=type_,
        economic_type=type_,
        gross_minor=amount_minor,
        gross_currency=_CURRENCY,
        fee_minor=None,
        tax_minor=None,
        net_minor=amount_minor,
        net_currency=_CURRENCY,
        booked_at=booked_at,
        booked_on=local_day(booked_at, zone),
        source_zone=zone,
        value_date=None,
        line_key=key,
        psp_reference=pix.needed("endToEndId"),
        event_reference=event,
        merchant_reference=pix.text("txid"),
        further_references=tuple((kind, value) for kind, value in further if value),
    )


_API = Api(
    page=_page,
    lines=_lines,
    zone=ZONE,
    proved_by="every page of the range is there",
    ask=_ask,
    asks_exactly=False,
    happened_at=lambda pix: pix.moment("horario"),
    overlooked=_overlooked,
)

PIX = ParsedFormat(
    name="pix",
    title="Pix received (API Pix of the central bank of Brazil, JSON)",
    how_to_fetch=(
        "GET /pix of your bank, read by the pipeline (an entry with oauth, a connection with the "
        "client certificate) or put into a file: with inicio, fim and, for days that were read "
        "before, devolucaoPresente=true; every page of the answer, one after the other"
    ),
    read=_API.read,
    begins_with=(rb'\s*\{.{0,4000}?"(?:parametros|endToEndId)"\s*:',),
    identity="every page and every Pix that the answer counts is there; more of them are told",
    units="reais as a text with two decimals",
    signs="payments +, refunds inside them −; a refund that was not made is no line",
    zones="UTC as written; days are those of America/Sao_Paulo",
    references=(
        "endToEndId is the payment, rtrId the refund, txid the merchant's; the Pix key is kept"
    ),
    line_scope="account",
    line_types=("payment", "refund", "chargeback"),
    notes=(
        "What the bank charges for a payment is not here: fee and tax are not known.",
        "A payment may be given back for 90 days, and the API lists by the time of the payment. So "
        "the pipeline asks for the range, in pieces of five days, and then for the payments of "
        "the 91 days before that have a refund: about twenty requests where there are few Pix. A "
        "refund belongs to the read of the time when it was settled.",
        "Of what the pipeline reads, each page must be the one that was asked for, and the list "
        "must hold exactly as many Pix as each of its pages states. A list that changed while it "
        "was read is refused, and read again by the next run.",
        "At a bank that wants a key of its own beside token and certificate, put files.",
    ),
    api=_API,
)
