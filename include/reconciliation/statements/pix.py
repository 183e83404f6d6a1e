"""Pix received, as every bank's API answers `GET /pix` (Banco Central do Brasil, API Pix 2).

Refunds live inside the payment, so that an old payment changes: days are read again. A refund that
is still being made or was not made has moved no money and is no line. What the bank charges for a
payment is not here: fee and tax are not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from include.reconciliation.statements.api_pages import Api, Page, local_day, numbered
from include.reconciliation.statements.description import ParsedFormat
from include.reconciliation.statements.parsed import Line
from include.reconciliation.statements.strict_json import Entry

ZONE = "America/Sao_Paulo"
_CURRENCY = "BRL"
_MADE = "DEVOLVIDO"
_WITHOUT_MONEY = {"EM_PROCESSAMENTO": "still being made", "NAO_REALIZADO": "not made"}
# The central bank's way of giving money back after a fraud or a bank's error: not the merchant's.
_DISPUTED = "MED_"


def _page(page: Entry) -> Page:
    found = numbered(page, page.parts("pix"))
    if "pix" not in page.value:
        raise page.error("bad_page", "pix", "a list of Pix", None)
    asked = page.part("parametros")
    paging = asked.part("paginacao")
    number, pages = paging.whole("paginaAtual"), paging.whole("quantidadeDePaginas")
    stated = paging.whole("quantidadeTotalDeItens")
    notices = [
        f"a refund of {pix.value.get('endToEndId')!r:.60} is {meaning}: no line"
        for pix in found
        for refund in pix.parts("devolucoes")
        for status, meaning in _WITHOUT_MONEY.items()
        if refund.value.get("status") == status
    ]
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


_API = Api(page=_page, lines=_lines, zone=ZONE, proved_by="every page of the range is there")

PIX = ParsedFormat(
    name="pix",
    title="Pix received (API Pix of the central bank of Brazil, JSON)",
    how_to_fetch=(
        "GET /pix of your bank with inicio, fim and, for days that were read before, "
        "devolucaoPresente=true; every page of the answer, one after the other, into one file"
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
    notes=("What the bank charges for a payment is not here: fee and tax are not known.",),
    api=_API,
)
