# The image of every Airflow service in docker-compose.yaml: Python, the locked packages, this project.
# Build needs no secret and no network but a package index. docs/operations.md says how to run it.
ARG PYTHON_IMAGE=python:3.12.12-slim-bookworm

FROM ${PYTHON_IMAGE} AS packages
# Only what the lock names, byte for byte; wheels alone, so that no compiler is needed.
COPY requirements.txt /tmp/requirements.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/python -m pip install \
        --no-cache-dir --disable-pip-version-check \
        --require-hashes --no-deps --only-binary :all: \
        --requirement /tmp/requirements.txt

FROM ${PYTHON_IMAGE}
# Domain code is imported as include.reconciliation: the project's root is on the path.
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONPATH=/opt/reconciliation \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    AIRFLOW_HOME=/opt/airflow \
    LANG=C.UTF-8

RUN groupadd --gid 10001 reconciliation \
    && useradd --uid 10001 --gid 10001 --home-dir /opt/airflow --no-create-home \
        --shell /usr/sbin/nologin reconciliation \
    # A volume that is mounted for the first time takes owner and mode from the folder in the image.
    && install --directory --owner=10001 --group=10001 --mode=0700 \
        /opt/airflow /opt/airflow/logs /opt/airflow/logins \
        /srv/reconciliation/store /srv/reconciliation/reports \
    # What other systems read, as users of their own.
    && install --directory --owner=10001 --group=10001 --mode=0755 /srv/reconciliation/notices

COPY --from=packages /opt/venv /opt/venv
# The lock is part of the code version that every run records.
COPY requirements.txt /opt/reconciliation/requirements.txt
COPY include /opt/reconciliation/include
COPY plugins /opt/reconciliation/plugins
COPY dags /opt/reconciliation/dags
# Nobody may write beside the code: without this each task would compile it anew.
RUN python -m compileall -q /opt/reconciliation

USER 10001:10001
WORKDIR /opt/reconciliation
CMD ["airflow", "version"]
