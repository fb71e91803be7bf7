# syntax=docker/dockerfile:1
# The worker and the commands. Built from the lock file with hashes; the model comes with it, nothing is fetched later.

# The full image has a compiler: faust-streaming brings no wheel for arm64.
FROM python:3.12-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/wiremill
ENV PATH=/opt/wiremill/bin:$PATH
WORKDIR /src
# First what changes seldom, so that a change of ours does not install it all again.
COPY requirements.worker.lock requirements.build.lock ./
RUN pip install --require-hashes -r requirements.worker.lock
# What compiles the hot modules, beside the environment that goes into the image.
RUN pip install --require-hashes --target /opt/build -r requirements.build.lock
COPY pyproject.toml setup.py README.md LICENSE ./
COPY schemas ./schemas
COPY workers ./workers
RUN PYTHONPATH=/opt/build pip install --no-deps --no-build-isolation . && python -m compileall -q /opt/wiremill/lib
RUN cd / && test "$(python -m workers.compiled)" = compiled

FROM python:3.12-slim-bookworm
LABEL org.opencontainers.image.title="Wiremill" \
      org.opencontainers.image.description="Raw news articles in; clean text, entities and attributed quotes out" \
      org.opencontainers.image.licenses="Apache-2.0"
# A number, so that Kubernetes' runAsNonRoot can see that it is not root.
RUN groupadd --gid 10001 wiremill && useradd --uid 10001 --gid wiremill --no-create-home --home-dir /tmp wiremill
COPY --from=build /opt/wiremill /opt/wiremill
ENV PATH=/opt/wiremill/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    WIREMILL_WEB_HOST=0.0.0.0 \
    WIREMILL_WEB_PORT=6066
USER 10001:10001
# The root file system may be read-only; what is written goes to /tmp.
WORKDIR /tmp
EXPOSE 6066
STOPSIGNAL SIGTERM
# /healthz is about progress, not about a socket: it turns red when articles wait and none is finished.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['WIREMILL_WEB_PORT']}/healthz\", timeout=4)"]
ENTRYPOINT ["wiremill"]
CMD ["worker"]
