"""The app that Slack writes to: `/billing-gateway reconciliation pause|resume|status <psp>`.

Airflow checks no login before a plugin's app, and Slack has none. So every request to this app has
to pass the guard first, those to routes that are yet to come too. docs/pausing.md tells the rest.
"""

from functools import cache
from typing import Any

from airflow.plugins_manager import AirflowPlugin

URL_PREFIX = "/slack/reconciliation"


@cache
def slack_app() -> Any:
    """The app; made by the API server alone, since every task would have to import FastAPI."""
    from fastapi import FastAPI, Request

    from include.reconciliation.edges import slack_guard
    from include.reconciliation.steps import slack_pauses

    app = FastAPI(openapi_url=None, redirect_slashes=False)
    app.add_middleware(slack_guard.SlackGuard)

    @app.post("/commands")
    async def commands(request: Request) -> dict[str, Any]:
        """Answers a slash command with a message that only its sender sees."""
        return await slack_guard.in_time(request.scope[slack_guard.REQUEST], slack_pauses.answer)

    return app


class ReconciliationSlack(AirflowPlugin):
    """Puts the app beside Airflow's own."""

    name = "reconciliation_slack"

    @property
    def fastapi_apps(self) -> list[dict[str, Any]]:
        """One app, which only the API server asks for."""
        return [{"app": slack_app(), "url_prefix": URL_PREFIX, "name": self.name}]
