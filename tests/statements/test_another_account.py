"""A file of another merchant account in our folder: told, kept out, and no gap in ours for long."""

from __future__ import annotations

import pytest

from tests.statements.adyen_files import a_file, a_payout, a_row


def _of(account: str, batch_number: str) -> bytes:
    columns = {"merchant_account": account, "batch_number": batch_number}
    return a_file([a_row(**columns), a_payout(**columns)])


@pytest.mark.parametrize(
    "names", [("1 american.csv", "2 ours.csv"), ("1 ours.csv", "2 american.csv")]
)
def test_another_accounts_file_beside_ours_is_told_and_holds_nothing_up(
    adyen, drop_folder, names: tuple[str, str]
) -> None:
    for name in names:
        account = "ShopUS" if "american" in name else "ShopEU"
        (drop_folder / name).write_bytes(_of(account, "7"))

    adyen.run()

    states = adyen.rows("select state, reason_code from statements order by state")
    assert [("accepted", None), ("corrected", "wrong_account")] == [
        (row["state"], row["reason_code"]) for row in states
    ]
    told = adyen.values("select payload ->> 'text' from outbox order by message_id")
    assert ["expected ShopEU; found ShopUS" in told[0], "[closed]" in told[1]] == [True, True]


def test_another_accounts_file_in_the_place_of_ours_waits_for_a_good_one(
    adyen, drop_folder
) -> None:
    (drop_folder / "ours of yesterday.csv").write_bytes(_of("ShopEU", "6"))
    adyen.run()
    (drop_folder / "american.csv").write_bytes(_of("ShopUS", "7"))

    adyen.run()

    assert ["accepted", "quarantined"] == adyen.values("select state from statements order by 1")
    (drop_folder / "ours.csv").write_bytes(_of("ShopEU", "7"))

    adyen.run()

    assert ["accepted", "accepted", "corrected"] == adyen.values(
        "select state from statements order by 1"
    )


def test_a_file_whose_rows_name_no_account_may_be_ours(adyen, drop_folder) -> None:
    (drop_folder / "nobody's.csv").write_bytes(_of("", "7"))
    (drop_folder / "ours.csv").write_bytes(_of("ShopEU", "8"))

    adyen.run()

    states = adyen.rows("select statement_key, state from statements order by statement_id")
    assert [("delivery nobody's.csv", "quarantined"), ("batch 8", "accepted")] == [
        (row["statement_key"], row["state"]) for row in states
    ]
