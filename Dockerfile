# One image for web, worker, beat and the one-shot migration; it runs as an ordinary user.
FROM python:3.11-slim-bookworm AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
RUN python -m venv /opt/coperto
COPY requirements.lock /tmp/requirements.lock
RUN /opt/coperto/bin/pip install --require-hashes -r /tmp/requirements.lock

FROM python:3.11-slim-bookworm
ENV PATH=/opt/coperto/bin:$PATH PYTHONUNBUFFERED=1 DJANGO_SETTINGS_MODULE=config.settings \
    COPERTO_HOME=/var/lib/coperto HOST=0.0.0.0 PORT=8000 WEB_WORKERS=2 WEB_THREADS=8 DATABASE_POOL=true
RUN useradd --system --uid 10001 --home-dir /var/lib/coperto --create-home coperto && chmod 0700 /var/lib/coperto
WORKDIR /app
COPY --from=packages /opt/coperto /opt/coperto
COPY . .
RUN python -m config.translations
USER coperto
VOLUME /var/lib/coperto
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]
# exec: the server is process 1 and gets the signals.
CMD ["sh", "-c", "exec granian --interface wsgi --host \"$HOST\" --port \"$PORT\" --workers \"$WEB_WORKERS\" --blocking-threads \"$WEB_THREADS\" --respawn-failed-workers --no-ws config.wsgi:application"]
