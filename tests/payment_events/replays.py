"""What tests of the replay share: a stand-in for Airflow's Variables, and what was written down."""



class Airflow:
    """Airflow's Variables, or an Airflow that does not answer."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.environment: dict[str, str] = {}
        self.set: list[tuple[str, str]] = []
        self.is_away = False

    def names(self, prefix: str) -> list[str]:
        if self.is_away:
            raise ConnectionError("no answer")
        return [name for name in {**self.values, **self.environment} if name.startswith(prefix)]

    def value(self, name: str) -> str:
        return {**self.values, **self.environment}[name]

    def write(self, name: str, text: str, description: str) -> None:
        if self.is_away:
            raise ConnectionError("no answer")
        self.values[name] = text
        self.set.append((name, description))


def alerts(seen):  # type: ignore[no-untyped-def]
    return [
        (row["name"], row["severity"], row["state"])
        for row in seen("select * from reconciliation.alerts order by alert_id")
    ]


def stops(seen):  # type: ignore[no-untyped-def]
    return [
        (row["variable"], row["event"], row["changed_by"], row["reason"])
        for row in seen("select * from reconciliation.emergency_stops order by stop_id")
    ]


def messages(seen):  # type: ignore[no-untyped-def]
    rows = seen("select payload ->> 'text' as text from internal.outbox order by message_id")
    return [row["text"] for row in rows]
