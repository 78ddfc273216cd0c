# One image for web and workers: the wheel with its built assets, installed from hash-locked requirements.
FROM node:22-bookworm-slim AS assets
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY frontend/ ./
RUN mkdir -p ../fupin/core/static && node build.mjs

FROM python:3.11-slim-bookworm AS wheel
WORKDIR /src
COPY requirements-dev.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements-dev.lock
COPY . .
COPY --from=assets /src/fupin/core/static/built fupin/core/static/built
RUN python -m fupin.config.build && python -m build --wheel --no-isolation --outdir /dist

FROM python:3.11-slim-bookworm
# Papers as PDF: Pango sets them, the fonts hold Chinese with its rare names.
RUN apt-get update && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk fonts-hanazono fontconfig && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/fupin fupin
COPY requirements.lock /tmp/
RUN pip install --no-cache-dir --require-hashes -r /tmp/requirements.lock && rm /tmp/requirements.lock
COPY --from=wheel /dist/*.whl /tmp/
RUN pip install --no-cache-dir --no-deps /tmp/*.whl && rm /tmp/*.whl
USER fupin
ENV FUPIN_DATA=/var/lib/fupin/data PYTHONUNBUFFERED=1
RUN mkdir -p /var/lib/fupin/data
VOLUME /var/lib/fupin/data
EXPOSE 8000
# Under a name that is served: another one is refused, whatever the address.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", "import http.client as h, os; name = os.environ.get('FUPIN_HOSTS', '').split(',')[0].strip().lstrip('.*') or 'localhost'; c = h.HTTPConnection('127.0.0.1', 8000, timeout=4); c.request('GET', '/healthz', headers={'Host': name}); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["fupin"]
CMD ["serve", "--host", "0.0.0.0"]
