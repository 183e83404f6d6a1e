"""The mutants of a file: every place where a rule applies, changed one at a time.

Python and SQL are changed alike, as tokens: comments, texts and docstrings are left alone. The
product is both, and no library knows the SQL. A change that leaves no program, such as
`between a or b`, is no mutant: any test at all would notice, and the score would say nothing.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

# What a token becomes; a word may become nothing.
PYTHON_CHANGES: dict[str, str] = {
    "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==",
    "+": "-", "-": "+", "*": "//", "//": "*", "+=": "-=", "-=": "+=",
    "and": "or", "or": "and", "not": "", "True": "False", "False": "True",
    "min": "max", "max": "min", "any": "all", "all": "any", "break": "continue",
    "is": "is not",
}  # fmt: skip
SQL_CHANGES: dict[str, str] = {
    "<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": "<>", "<>": "=",
    "+": "-", "-": "+", "and": "or", "or": "and", "not": "", "true": "false", "false": "true",
    "min": "max", "max": "min", "bool_and": "bool_or", "bool_or": "bool_and",
    "sum": "max", "abs": "", "least": "greatest", "greatest": "least", "asc": "desc",
    "first": "last", "left": "inner", "full": "left", "union all": "union", "coalesce": "nullif",
}  # fmt: skip
# Operators of Python that stand at the start of what they belong to: not a sum.
_UNARY_AFTER = frozenset("([{,=:+-*/<>\n") | frozenset(
    {"", "return", "in", "and", "or", "not", "if", "else", "=="}
)
_SQL_TOKEN = re.compile(
    r"(?P<skip>--[^\n]*|'(?:[^']|'')*'|%\(\w+\)s|::|->>?|=>|@>|<@|\$\$)"
    r"|(?P<token>union all|<=|>=|<>|[A-Za-z_][A-Za-z_0-9]*|[0-9]+|[<>=+\-(),;])",
    re.IGNORECASE,
)
_SQL_ENDS_OF_SET = frozenset({"from", "where", "returning", ";"})


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one file: the token at that place became another."""

    file: str
    line: int
    column: int
    before: str
    after: str
    start: int

    @property
    def name(self) -> str:
        """Where and what, for people."""
        return (
            f"{self.file}:{self.line}:{self.column} `{self.before}` → `{self.after or 'nothing'}`"
        )

    def applied(self, text: str) -> str:
        """The file with the change."""
        end = self.start + len(self.before)
        assert text[self.start : end] == self.before
        return text[: self.start] + self.after + text[end:]


def mutants(file: str, text: str) -> list[Mutant]:
    """Every mutant of a file, in the order of their places."""
    tokens = _sql_tokens(text) if Path(file).suffix == ".sql" else _python_tokens(text)
    changes = SQL_CHANGES if Path(file).suffix == ".sql" else PYTHON_CHANGES
    found = []
    for start, token in tokens:
        after = _number(token) if token.isdigit() else changes.get(token)
        if after is not None:
            line = text.count("\n", 0, start) + 1
            column = start - (text.rfind("\n", 0, start) + 1) + 1
            found.append(Mutant(file, line, column, token, after, start))
    return found


def _number(token: str) -> str:
    return str(int(token) + 1)


def _sql_tokens(text: str) -> Iterator[tuple[int, str]]:
    """The tokens that may be changed: those whose change leaves a statement."""
    found = [(match.start(), match["token"]) for match in _SQL_TOKEN.finditer(text)]
    tokens = [(start, token) for start, token in found if token is not None]
    depth = 0
    # The depths at which `between` waits for its `and`, and at which `set` takes assignments.
    between: list[int] = []
    assigned: int | None = None
    for number, (start, token) in enumerate(tokens):
        word = token.lower()
        depth += (token == "(") - (token == ")")
        if word == "between":
            between.append(depth)
        elif word == "set":
            assigned = depth
        elif word in _SQL_ENDS_OF_SET and assigned == depth:
            assigned = None
        if word == "and" and between and between[-1] == depth:
            between.pop()
        elif not (
            (token == "=" and assigned == depth)
            or (word == "left" and tokens[number + 1][1] == "(")
            or (word == "not" and tokens[number + 1][1] == "materialized")
            or (word == "coalesce" and _arguments(tokens[number + 1 :]) != 2)
        ):
            yield start, token


def _arguments(tokens: Sequence[tuple[int, str]]) -> int:
    """How many a call has whose parenthesis comes first."""
    depth, commas = 0, 0
    for _, token in tokens:
        depth += (token == "(") - (token == ")")
        commas += token == "," and depth == 1
        if depth == 0:
            break
    return commas + 1


def _python_tokens(text: str) -> Iterator[tuple[int, str]]:
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    before = ""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.COMMENT, tokenize.NL, tokenize.INDENT):
            continue
        if token.type in (tokenize.OP, tokenize.NAME, tokenize.NUMBER):
            is_sign = token.string in "+-*" and before in _UNARY_AFTER
            is_import = token.line.lstrip().startswith(("from ", "import ", "def ", "class ", "@"))
            # `is not` has its mutant at the second word.
            is_pair = token.string == "is" and token.line[token.end[1] :].startswith(" not ")
            if not is_sign and not is_import and not is_pair:
                yield starts[token.start[0] - 1] + token.start[1], token.string
        before = token.string
