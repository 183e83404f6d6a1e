"""The demo's books on real databases: what was planted is found, and nothing else."""

import dataclasses
from collections.abc import Callable

import psycopg
import pytest

from include.reconciliation.demo import book_runs, timeline
from include.reconciliation.demo.book_printing import answers
from include.reconciliation.demo.book_runs import AirflowBooks, Asked, StepBooks
from include.reconciliation.demo.books import Story, Violation, compare, make_story
from include.reconciliation.demo.gateway_faults import broken_sentences
from include.reconciliation.demo.history import make_history
from include.reconciliation.demo.labels import BookLabel
from include.reconciliation.demo.outside import Outside, play
from include.reconciliation.demo.place import RunFailed
from include.reconciliation.demo.run import EXPONENTS
from include.reconciliation.edges.invariant_files import books
from tests.conftest import Databases, Sources
