# Stage 1 builds the web app and the wheel; stage 2 installs pinned dependencies; stage 3 runs.
FROM node:24-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --ignore-scripts
COPY web/ ./
RUN npm run build

FROM python:3.13-slim AS wheel
WORKDIR /src
COPY requirements.lock ./
RUN python -m venv /opt/parley && /opt/parley/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
COPY --from=web /src/gateway/static/app gateway/static/app
RUN PARLEY_SKIP_WEB_BUILD=1 /opt/parley/bin/pip install --no-cache-dir --no-deps .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/parley --create-home parley
COPY --from=wheel /opt/parley /opt/parley
ENV PATH=/opt/parley/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MALLOC_MMAP_THRESHOLD_=1048576 \
    PARLEY_HTTP_HOST=0.0.0.0 \
    PARLEY_SMTP_HOST=0.0.0.0 \
    PARLEY_DATA_DIR=/var/lib/parley
USER 10001
WORKDIR /var/lib/parley
VOLUME /var/lib/parley
EXPOSE 8080 8025
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
ENTRYPOINT ["parley"]
CMD ["run", "--no-demo"]
