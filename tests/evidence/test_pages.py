"""A PDF of a pack: it opens, carries the JSON, shows texts as they are, and has no date."""

import io
import re
import subprocess
import sys

import pypdf
import pytest

from include.reconciliation import verify_evidence
from include.reconciliation.edges import store
from include.reconciliation.steps.export_evidence import export


@pytest.fixture
def pages(pay, tmp_path):  # type: ignore[no-untyped-def]
    """The PDF of a payment with one more event, whose payload says `text`."""

    def run(text: str = "nothing") -> bytes:
        pay(lambda payment: payment.add("PaymentSettled", {"note": text}, attempt=True))
        path = tmp_path / "pack.pdf"
        export("payment", "pdf", path)
        return path.read_bytes()

    return run


def drawn(content: bytes) -> list[str]:
    """Every text that the pages draw, in order."""
    texts = re.findall(rb"^.*?\(((?:\\.|[^\\()])*)\) Tj", content, re.MULTILINE)
    plain = [
        re.sub(rb"\\([0-7]{3})", lambda code: bytes([int(code[1], 8)]), text) for text in texts
    ]
    return [re.sub(rb"\\(.)", rb"\1", text).decode("cp1252") for text in plain]


def test_the_table_of_objects_leads_to_each_object(pages) -> None:  # type: ignore[no-untyped-def]
    content = pages()

    (start,) = re.findall(
        rb"startxref\n(\d+)\n%%EOF\n%evidence-pack-sha256 [0-9a-f]{64}\n\Z", content
    )
    table = content[int(start) :]
    count = int(re.match(rb"xref\n0 (\d+)\n", table)[1])  # type: ignore[index]
    offsets = re.findall(rb"^(\d{10}) \d{5} n", table, re.MULTILINE)
    assert count - 1 == len(offsets) > 10
    for number, offset in enumerate(offsets, 1):
        assert content[int(offset) :].startswith(b"%d 0 obj" % number)
    for match in re.finditer(rb"/Length (\d+)[^>]*>>\nstream\n", content):
        end = match.end() + int(match[1])
        assert content[end:].lstrip(b"\r\n").startswith(b"endstream")


def test_it_carries_the_json_byte_for_byte_and_verifies(pages, tmp_path) -> None:  # type: ignore[no-untyped-def]
    content = pages()
    made = export("payment", "json")

    assert store.read(made.json_sha256) == verify_evidence.attached(content)
    assert [] == verify_evidence.verify(tmp_path / "pack.pdf")[0]


def test_a_strict_reader_opens_it_and_finds_pages_title_and_attachment(pages) -> None:  # type: ignore[no-untyped-def]
    content = pages()

    reader = pypdf.PdfReader(io.BytesIO(content), strict=True)

    assert {"/Title": "Evidence pack of a payment"} == reader.metadata
    assert {"evidence_pack.json": [verify_evidence.attached(content)]} == dict(reader.attachments)
    texts = [page.extract_text() for page in reader.pages]
    assert "State by its events" in texts[0]
    assert all(f"page {number}" in text for number, text in enumerate(texts, 1))


def test_page_one_says_verdict_amount_state_and_seal(pages) -> None:  # type: ignore[no-untyped-def]
    texts = drawn(pages())

    first = texts[: next(place for place, text in enumerate(texts) if text == "page 2")]
    assert "Payment payment" in first
    assert "The proof HOLDS: all that was read agrees with itself and with its hashes" in first
    assert "AUD 10.50" in first
    assert "SETTLED after event 6" in first
    assert any(re.fullmatch("SHA-256 [0-9a-f]{64}", text) for text in first)


def test_it_has_no_moment_of_its_own_making(pages) -> None:  # type: ignore[no-untyped-def]
    content = pages()

    assert [] == re.findall(rb"/(?:CreationDate|ModDate|Producer)|\(D:\d", content)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<b>bold</b> &amp; <para>", "<b>bold</b> &amp; <para>"),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("\u202egnp.exe", "[U+202E]gnp.exe"),
        ("\u05e9\u05dc", "[U+05E9][U+05DC]"),
        ("endobj) Tj ET (", "endobj) Tj ET ("),
        ("startxref 5 %%EOF", "startxref 5 %%EOF"),
        ("\u20ac\u00e9\u2013", "\u20ac\u00e9\u2013"),
    ],
)
def test_texts_from_outside_are_drawn_as_they_are(pages, tmp_path, text: str, shown: str) -> None:  # type: ignore[no-untyped-def]
    content = pages(text)

    assert shown in "".join(drawn(content))
    assert [] == verify_evidence.verify(tmp_path / "pack.pdf")[0]
    assert b"/URI" not in content
    assert b"/JavaScript" not in content


def test_what_has_no_shape_is_drawn_as_its_code(pay, tmp_path) -> None:  # type: ignore[no-untyped-def]
    pay(lambda payment: payment.act("re\x07view\u00ad"))
    export("payment", "pdf", tmp_path / "pack.pdf")

    assert "re[U+0007]view[U+00AD]" in "".join(drawn((tmp_path / "pack.pdf").read_bytes()))


def test_a_long_text_goes_over_pages_and_is_cut_with_a_word(pages) -> None:  # type: ignore[no-untyped-def]
    texts = drawn(pages("w " * 2_500 + "end"))

    assert any(text.startswith("page 3") for text in texts)
    assert "more characters in the attachment]" in "".join(texts)


def test_any_changed_byte_of_the_pdf_is_found(pages, tmp_path) -> None:  # type: ignore[no-untyped-def]
    content = pages()
    copy = tmp_path / "changed.pdf"
    at = content.index(b"proof HOLDS")
    for place in (at, 20, len(content) // 2, len(content) - 3):
        copy.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert "the PDF: " in verify_evidence.verify(copy)[0][0]
    copy.write_bytes(content + b"\n%%EOF\n")
    assert "the PDF: it does not end with its seal" == verify_evidence.verify(copy)[0][0]


def test_a_pdf_of_something_else_carries_no_pack(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "other.pdf"
    path.write_bytes(b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\nxref\n0 1\nstartxref\n9\n%%EOF\n")

    assert "the file: it is a PDF that carries no evidence pack" in verify_evidence.verify(path)[0]


def test_the_verifier_alone_reads_the_pdf(pages, tmp_path) -> None:  # type: ignore[no-untyped-def]
    pages()
    done = subprocess.run(
        [sys.executable, "-S", "-I", verify_evidence.__file__, str(tmp_path / "pack.pdf")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (0, "") == (done.returncode, done.stderr)
    assert "not checked: what the pages show; all of this is about the JSON inside\n" in done.stdout
