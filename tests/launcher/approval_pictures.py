"""Makes the pictures of docs/corrections.md again: two people correct a discrepancy in a browser.

    python -m tests.launcher.approval_pictures docs/pictures

Airflow's real processes run over the books of a demo; Ana fills the form of `correct_discrepancy`,
approves it herself and is refused, asks again, and Bea approves. It needs Playwright (`pip install
playwright==1.65.2`) and the package `chromium` of Debian, which are no part of the project.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from PIL import Image, ImageChops
from psycopg.rows import dict_row

from include.reconciliation.edges.warehouse import statement
from include.reconciliation.lab.airflow_runs.api import AirflowApi
from include.reconciliation.local.layout import PROJECT_ROOT
from include.reconciliation.local.server import Cluster
from tests.launcher import programs
from tests.launcher.test_launcher import free_port, start_airflow

DAG_ID = "correct_discrepancy"
CHROMIUM = "/usr/bin/chromium"
PEOPLE = "admin:admin,ana:user,bea:user"
SECONDS = 240
BYTES_MAX = 200_000
COLORS, MARGIN = 96, 24
WIDTH, HEIGHT, HEIGHT_OF_FORM = 1180, 1060, 1800


@dataclass(frozen=True, slots=True)
class Desk:
    """A browser in which somebody is logged in."""

    page: Any
    address: str
    folder: Path

    @classmethod
    def of(cls, browser: Any, address: str, user: str, password: str, folder: Path) -> Desk:
        """Logs in as the page of Airflow asks for it."""
        context = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT}, locale="en-GB", timezone_id="UTC",
            color_scheme="light", reduced_motion="reduce",
        )  # fmt: skip
        desk = cls(context.new_page(), address, folder)
        desk.page.set_default_timeout(60_000)
        desk.open("/")
        desk.page.locator("input[name=username]").fill(user)
        desk.page.locator("input[type=password]").fill(password)
        desk.page.get_by_role("button", name="Sign in").click()
        desk.page.get_by_role("link", name="Dags", exact=True).wait_for()
        return desk

    def open(self, path: str) -> None:
        """A page, when all of it is there."""
        self.page.goto(self.address + path)
        self.page.wait_for_load_state("networkidle")

    def keep(self, name: str, part: Any) -> None:
        """A picture of a part of the page, without what is empty below, in few colours."""
        self.page.wait_for_timeout(1_500)
        seen = Image.open(io.BytesIO(part.screenshot())).convert("RGB")
        empty = Image.new("RGB", seen.size, seen.getpixel((seen.width // 2, seen.height - 1)))
        _, _, _, bottom = ImageChops.difference(seen, empty).getbbox() or (0, 0, 0, seen.height)
        seen = seen.crop((0, 0, seen.width, min(bottom + MARGIN, seen.height)))
        file = self.folder / f"{name}.png"
        seen.quantize(COLORS, dither=Image.Dither.NONE).save(file, optimize=True)
        if file.stat().st_size > BYTES_MAX:
            raise SystemExit(f"{file}: {file.stat().st_size} bytes, more than {BYTES_MAX}")

    def details(self) -> Any:
        """The part of a run's or task's page that tells about it."""
        return self.page.locator("[data-panel]").last

    def ask(self, found: dict[str, Any], picture: str | None = None) -> str:
        """Fills the form and triggers; the id of the run."""
        self.page.set_viewport_size({"width": WIDTH, "height": HEIGHT_OF_FORM})
        self.open(f"/dags/{DAG_ID}")
        self.page.get_by_role("button", name="Trigger").first.click()
        form = self.page.get_by_role("dialog")
        form.locator("#element_discrepancy_id").fill(found["discrepancy_id"])
        form.locator("#element_reason").fill("the posting of this capture was lost")
        form.locator("#element_ticket").fill("FIN-4711")
        form.locator("input[aria-haspopup=true]").nth(1).click()
        self.page.keyboard.type("ledger_error")
        self.page.keyboard.press("Enter")
        form.locator("#element_ticket").focus()
        if picture is not None:
            self.keep(picture, form)
        form.get_by_test_id("trigger-dag-submit").click()
        self.page.wait_for_url("**/runs/**")
        self.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        return str(self.page.url.rpartition("/runs/")[2]).replace("%3A", ":").replace("%2B", "+")

    def approve(self, run_id: str, picture: str | None = None) -> None:
        """Reads what is asked, and presses the button."""
        self.open(f"/dags/{DAG_ID}/runs/{run_id}/tasks/approve/required_actions")
        button = self.page.get_by_role("button", name="Approve")
        button.wait_for()
        if picture is not None:
            self.keep(picture, self.details())
        button.click()
        self.page.wait_for_timeout(2_000)


def main(arguments: list[str]) -> int:
    """Plays it, keeps four pictures, and is content only with one row of the log."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print(__doc__)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "var"
        state.mkdir()
        try:
            demo = [str(PROJECT_ROOT / "bin" / "reconciliation"), "demo", "--without-airflow"]
            subprocess.run(demo, env=programs.environment(state), check=True)
            return play(state, Path(arguments[0]))
        finally:
            Cluster(state / "pg").remove()


def play(state: Path, folder: Path) -> int:
    """The walk of both people over the books that lie in a folder of state."""
    from playwright.sync_api import sync_playwright

    port = free_port()
    users = {"AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": PEOPLE}
    process, _ = start_airflow(state, port, until="Ctrl-C", **users)
    try:
        api = AirflowApi.log_in(state, port, "ana")
        assert api.knows(DAG_ID, SECONDS)
        passwords = json.loads(
            (state / "airflow" / "simple_auth_manager_passwords.json.generated").read_text()
        )
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox"] if os.geteuid() == 0 else []
            )
            ana, bea = (
                Desk.of(browser, f"http://127.0.0.1:{port}", user, passwords[user], folder)
                for user in ("ana", "bea")
            )
            return walk(state, api, ana, bea)
    finally:
        process.terminate()
        process.wait(timeout=90)


def walk(state: Path, api: AirflowApi, ana: Desk, bea: Desk) -> int:
    """Asked, refused to who asked, asked again, approved by another, applied."""
    server = Cluster(state / "pg").server
    address = server.conninfo("reconciliation", "reconciliation_rw")
    with psycopg.connect(address, row_factory=dict_row) as session:
        found = session.execute(statement("demo/to_correct")).fetchone()
    assert found is not None

    first = ana.ask(found, "correction-form")
    assert api.waits_for_an_answer(DAG_ID, first, SECONDS)
    ana.approve(first)
    assert "failed" == api.end_of(DAG_ID, first, SECONDS)
    ana.open(f"/dags/{DAG_ID}/runs/{first}/tasks/approve")
    ana.page.get_by_text("AirflowFailException").first.wait_for()
    # Where each error was raised is of no interest, and names folders of this machine.
    open_traces = ana.page.locator("details[open]:has-text('somebody else must answer')")
    while open_traces.count():
        open_traces.last.locator("summary").first.click()
    ana.page.evaluate("document.querySelectorAll('*').forEach(each => { each.scrollLeft = 0 })")
    ana.keep("correction-refused", ana.details())

    second = ana.ask(found)
    assert api.waits_for_an_answer(DAG_ID, second, SECONDS)
    bea.approve(second, "correction-preview")
    assert "success" == api.end_of(DAG_ID, second, SECONDS)
    bea.open(f"/dags/{DAG_ID}/runs/{second}")
    bea.keep("correction-applied", bea.details())

    with psycopg.connect(address, row_factory=dict_row) as session:
        log = session.execute(
            "select event, requested_by, approved_by from reconciliation.correction_log"
            " where discrepancy_id = %s order by sequence_number",
            [found["discrepancy_id"]],
        ).fetchall()
    assert [("answer_refused", "ana", None), ("applied", "ana", "bea")] == [
        tuple(row.values()) for row in log
    ]
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
