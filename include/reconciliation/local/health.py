"""Whether Airflow is up, asked of its own health page; standard library only."""

import json
import urllib.request

from include.reconciliation.local.environment import API_HOST


def is_healthy(port: int) -> bool:
    """Whether Airflow's own health page calls every component healthy."""
    address = f"http://{API_HOST}:{port}/api/v2/monitor/health"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=5) as answer:
            parts = json.load(answer)
    except (OSError, ValueError):
        return False
    wanted = ("metadatabase", "scheduler", "dag_processor", "triggerer")
    return all((parts.get(part) or {}).get("status") == "healthy" for part in wanted)
