"""Card numbers, bank accounts, e-mails and named personal fields never leave in a pack."""

import time

import pytest

from include.reconciliation.masking import masked, masked_text

# Test numbers of the card networks, and the examples of the IBAN registry.
CARDS = (
    "4111111111111111", "5555555555554444", "2223003122003222", "378282246310005",
    "6011111111111117", "3530111333300000", "30569309025904", "4222222222222",
)  # fmt: skip
IBANS = ("DE89370400440532013000", "GB82WEST12345698765432", "NO9386011117947",
         "BE68539007547034", "MT84MALT011000012345MTLCAST001S")  # fmt: skip


@pytest.mark.parametrize("number", CARDS)
@pytest.mark.parametrize("separator", ["", " ", "-"])
@pytest.mark.parametrize("text", ["{}", "card {}, thanks", "a={}\nb", "12 {} 34"])
def test_a_card_number_keeps_its_last_four_digits(number: str, separator: str, text: str) -> None:
    written = separator.join(number[at : at + 4] for at in range(0, len(number), 4))

    hidden = masked_text(text.format(written))

    assert number not in hidden.replace(separator or "|", "")
    assert "***" in hidden


def test_digits_of_another_script_are_digits() -> None:
    wide = "".join(chr(0xFF10 + int(digit)) for digit in CARDS[0])

    assert f"***{wide[-4:]}" == masked_text(wide)


@pytest.mark.parametrize("number", IBANS)
def test_a_bank_account_keeps_its_country_and_last_four(number: str) -> None:
    groups = " ".join(number[at : at + 4] for at in range(0, len(number), 4))

    for written in (number, groups, number.lower(), f"to {groups} for rent", f"({number})"):
        hidden = masked_text(written)

        assert number[4:-4].lower() not in hidden.replace(" ", "").lower(), hidden
        assert f"{number[:2]}***{number[-4:]}" in hidden


@pytest.mark.parametrize(
    "text",
    [
        "8535516988861234",  # a PSP's reference: no network begins with 8
        "4111111111111112",  # its check digit is wrong
        "a4111111111111111",  # inside of another word
        "2026-11-19T08:00:00.000000Z",
        "2026-11-19 08:00",
        "6f" * 32,
        "DE89370400440532013001",
        "pay_4711",
        "@here <!channel>",
        '{"amount_minor":4111111111111111,"reason":"RAIL"}',
        '{"account":"Shop","file_name_count":3,"customer_id":"c1"}',
        '{"a": 1.50}',
    ],
)
def test_what_is_none_stays_to_the_byte(text: str) -> None:
    assert text == masked_text(text)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("ask ana.silva@example.com now", "ask *** now"),
        ('{"cardHolder":"Ana","n":1}', '{"cardHolder":"***","n":1}'),
        (
            '{"payer":{"first_name":"Ana","city":null}}',
            '{"payer":{"city":null,"first_name":"***"}}',
        ),
        ('{"account_number":12345678}', '{"account_number":"***"}'),
        ('{"pin":4111111111111111}', '{"pin":"***1111"}'),
        ('["a@b.c",[true]]', '["***",[true]]'),
        ('{"x@y.z":1}', '{"***":1}'),
        ('{"phone":"+55"}', '{"phone":"***"}'),
        # What is no JSON, or JSON with a key that hides another, is read as words.
        ('{"email":"a@b.c"', '{"email":"***"'),
        ('{"note":"a@b.c","note":""}', '{"note":"***","note":""}'),
    ],
)
def test_named_fields_and_words_are_hidden(text: str, hidden: str) -> None:
    assert hidden == masked_text(text)


def test_the_places_that_were_masked_are_listed() -> None:
    document, places = masked({"a": [{"b": "x@y.z"}, {"b": "x"}], "c": {"d": 4111111111111111}})

    assert {"a": [{"b": "***"}, {"b": "x"}], "c": {"d": 4111111111111111}} == document
    assert ["/a/0/b"] == places


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "4" * 100_000, "1 " * 50_000, "1 " * 50_000 + "1a", "a@" * 50_000,
     "DE89 " + "AAAA " * 20_000, "DE89" * 25_000, "a" * 100_000 + "@", '{"a":' * 50_000],
)  # fmt: skip
def test_no_text_takes_long(text: str) -> None:
    """What grows with the square of the length takes minutes here."""
    begin = time.process_time()

    masked_text(text)

    assert time.process_time() - begin < 5
