"""Totals: what a cent more, a row less or an edited balance does to each format's identity."""

from __future__ import annotations

from collections.abc import Iterator

from tests.corpus.cases import Accepted, File, Refused, Verdict
from tests.corpus.whole_files import Whole, major, whole

TOTAL, ROW = Refused("wrong_total"), Refused("row_does_not_tie")


def files() -> Iterator[File]:
    """The files of this theme."""
    yield from _of_statements()
    yield from _of_rows()
    yield from _of_lost_rows()


def _of(format_: str, name: str) -> tuple[str, Whole]:
    path = f"totals/{format_}/{name}"
    return path, whole(format_, path)


def _last(base: Whole, text: str, new: str) -> bytes:
    """The last place of a text is another one."""
    place = base.text.rindex(text)
    return f"{base.text[:place]}{new}{base.text[place + len(text) :]}".encode()


def _of_statements() -> Iterator[File]:
    """A cent more or less in what is said of the whole statement."""
    for sign, word in ((1, "more"), (-1, "less")):
        path, base = _of("adyen_settlement_details", f"payout of a cent {word}")
        yield base.file(path, _last(base, base.amount, major(base.minor + sign)), TOTAL)
        for format_, point in (("mercadopago_release_report", "."), ("mt940", ","), ("camt", ".")):
            path, base = _of(format_, f"closing a cent {word}")
            closing, wrong = (
                major(base.minor + 10_000 + more).replace(".", point) for more in (0, sign)
            )
            assert closing in base.text
            yield base.file(path, base.text.replace(closing, wrong).encode(), TOTAL)
        path, base = _of("bai2", f"closing a cent {word}")
        # The trailers' totals follow the balance, so that only the balance is wrong.
        text = base.text.replace(
            f"015,{100_000 + base.minor}", f"015,{100_000 + base.minor + sign}"
        )
        control = 200_000 + 2 * base.minor
        yield base.file(path, text.replace(str(control), str(control + sign)).encode(), TOTAL)
        path, base = _of("bai2", f"control total {word}")
        control = 200_000 + 2 * base.minor
        yield base.without(f"99,{control}", f"99,{control + sign}").file(path, None, TOTAL)
        path, base = _of("cnab240_statement", f"closing a cent {word}")
        closing = f"{100_000 + base.minor:018}"
        yield base.file(path, _last(base, closing, f"{100_000 + base.minor + sign:018}"), TOTAL)
        path, base = _of("cnab240_statement", f"credits a cent {word}")
        yield base.file(path, _last(base, base.amount, f"{base.minor + sign:018}"), TOTAL)
        path, base = _of("paypal_settlement", f"footer a cent {word}")
        yield base.without(f'"SF","USD",{base.minor}', f'"SF","USD",{base.minor + sign}').file(
            path, None, TOTAL
        )
        path, base = _of("paypal_settlement", f"closing a cent {word}")
        closing = 100_000 + base.minor
        yield base.file(path, base.text.replace(str(closing), str(closing + sign)).encode(), TOTAL)
    for kind in ("SC", "RC", "FF"):
        path, base = _of("paypal_settlement", f"{kind} counts one more")
        yield base.without(f'"{kind}",1', f'"{kind}",2').file(path, None, TOTAL)
    path, base = _of("cnab240_statement", "records counted wrongly")
    yield base.file(path, _last(base, "000003", "000004"), TOTAL)
    path, base = _of("camt", "summary of another sum")
    credits = "<TtlCdtNtries><NbOfNtries>1</NbOfNtries><Sum>1.00</Sum></TtlCdtNtries>"
    summary = f"<TxsSummry>{credits}</TxsSummry>"
    yield base.without("<Ntry>", f"{summary}<Ntry>").file(path, None, TOTAL)
    path, base = _of("camt", "summary that ties")
    yield base.without("<Ntry>", f"{summary.replace('1.00', base.amount)}<Ntry>").file(path)
    path, base = _of("mt940", "balance in another currency")
    yield base.without("62F:C250609EUR", "62F:C250609USD").file(
        path, None, Refused("malformed_row")
    )
    path, base = _of("mt940", "reversal of a credit")
    # A reversal of a credit takes away: the closing balance is less by twice the amount.
    closing = major(base.minor + 10_000).replace(".", ",")
    debt = major(base.minor - 10_000).replace(".", ",")
    text = base.text.replace("0609CR", "0609RCR").replace(
        f"62F:C250609EUR{closing}", f"62F:D250609EUR{debt}"
    )
    yield base.file(path, text.encode(), _signed(base))
    path, base = _of("mt940", "reversal of a credit that is added")
    yield base.without("0609CR", "0609RCR").file(path, None, TOTAL)
    path, base = _of("camt", "debit for a credit")
    yield base.without("CRDT</CdtDbtInd><Sts>", "DBIT</CdtDbtInd><Sts>").file(path, None, TOTAL)
    path, base = _of("bai2", "debit for a credit")
    yield base.without("16,142", "16,451").file(path, None, TOTAL)
    path, base = _of("cnab240_statement", "debit for a credit")
    yield base.without("C209", "D209").file(path, None, TOTAL)


def _signed(base: Whole) -> Verdict:
    return Accepted(1, ((base.currency, -base.minor),))


def _of_rows() -> Iterator[File]:
    """A row whose gross less its costs is not its net."""
    for cents in (1, -1, 100):
        path, base = _of("adyen_settlement_details", f"net off by {cents}")
        net, credit = major(base.minor + cents), f",,{base.amount},1,EUR,,{base.amount}"
        text = base.text.replace(credit, f",,{base.amount},1,EUR,,{net}")
        assert text != base.text
        yield base.file(path, _swap(text, base.amount, net), ROW)
        for format_ in ("mercadopago_settlement_report", "stripe_payout_reconciliation"):
            path, base = _of(format_, f"net off by {cents}")
            fee = (
                "BRL,2026-03-01T22:10:00.000-04:00,0"
                if "mercado" in format_
                else f"{base.amount},0,"
            )
            new = (
                fee[:-1] + f"0.{abs(cents):02}"
                if "mercado" in format_
                else f"{base.amount},{cents},"
            )
            yield base.without(fee, new).file(path, None, ROW)
        path, base = _of("mercadopago_release_report", f"fee of {cents}")
        yield base.without(f"{base.amount},0,0,0,0", f"{base.amount},{cents},0,0,0").file(
            path, None, ROW
        )
        path, base = _of("mollie_balance_transactions", f"net off by {cents}")
        yield base.file(path, _last(base, base.amount, major(base.minor + cents)), ROW)
        path, base = _of("razorpay_settlements", f"credit off by {cents}")
        yield base.without(f'"credit": {base.minor}', f'"credit": {base.minor + cents}').file(
            path, None, ROW
        )
        path, base = _of("stripe_balance_transactions", f"net off by {cents}")
        yield base.without(f'"net": {base.minor}', f'"net": {base.minor + cents}').file(
            path, None, ROW
        )
    path, base = _of("stripe_balance_transactions", "details of the fee")
    detail = '"fee_details": [{"amount": 5, "currency": "brl", "type": "stripe_fee"}]'
    yield base.without('"fee_details": []', detail).file(path, None, ROW)
    path, base = _of("paypal_settlement", "fee in another currency")
    fee = f'{base.minor},"USD","DR",5,"EUR"'
    yield base.without(f'{base.minor},"USD","",,""', fee).file(path, None, ROW)


def _swap(text: str, amount: str, net: str) -> bytes:
    """The payout follows the net, so that only the row is wrong."""
    head, payout, last = text.rpartition("MerchantPayout")
    return f"{head}{payout}{last.replace(amount, net)}".encode()


def _of_lost_rows() -> Iterator[File]:
    """A whole row is gone, as an editor leaves it: only the sums can tell."""
    for format_ in ("adyen_settlement_details", "mercadopago_release_report", "mt940", "bai2"):
        path, base = _of(format_, "movement lost")
        rows = base.text.splitlines(keepends=True)
        kept = "".join(row for row in rows if base.reference not in row)
        yield base.file(path, kept.encode(), TOTAL)
    path, base = _of("paypal_settlement", "movement lost")
    rows = [row for row in base.text.splitlines(keepends=True) if base.reference not in row]
    yield base.file(path, "".join(rows).encode(), TOTAL)
    path, base = _of("cnab240_statement", "movement lost")
    rows = [row for row in base.text.splitlines(keepends=True) if base.reference not in row]
    yield base.file(path, "".join(rows).encode(), TOTAL)
    path, base = _of("camt", "movement lost")
    start, end = base.text.index("<Ntry>"), base.text.index("</Ntry>") + len("</Ntry>")
    yield base.file(path, (base.text[:start] + base.text[end:]).encode(), TOTAL)
    path, base = _of("adyen_settlement_details", "payout lost")
    yield base.file(path, "".join(base.text.splitlines(keepends=True)[:-1]).encode(), TOTAL)
    path, base = _of("adyen_settlement_details", "payout twice")
    last = base.text.splitlines(keepends=True)[-1]
    yield base.file(path, f"{base.text}{last}".encode(), TOTAL)
