# The server without development tools, for `serve` (the default), `worker`, `migrate`:
#
#     docker build -t hourglass .
#     docker run --rm -e DATABASE_URL=… -e HOURGLASS_SECRET_KEY=… hourglass migrate
#     docker run -p 8000:8000 -e DATABASE_URL=… -e HOURGLASS_SECRET_KEY=… hourglass
#     docker run --no-healthcheck -e DATABASE_URL=… -e HOURGLASS_SECRET_KEY=… hourglass worker

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /source
RUN python -m venv /venv
COPY requirements.txt ./
RUN /venv/bin/pip install --require-hashes --requirement requirements.txt
COPY pyproject.toml README.md ./
COPY api api
COPY community community
COPY schema schema
RUN /venv/bin/pip install --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/hourglass hourglass
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PORT=8000 \
    HOURGLASS_ENVIRONMENT=production \
    HOURGLASS_HOME=/var/lib/hourglass \
    HOURGLASS_HOST=0.0.0.0 \
    HOURGLASS_LOG_FORMAT=json
USER hourglass
WORKDIR /var/lib/hourglass
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health/live', timeout=2)"]
ENTRYPOINT ["hourglass"]
CMD ["serve"]
