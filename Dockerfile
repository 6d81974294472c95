# OpsSight's server. The root file system may be read-only: data goes to /data, nothing else is written.
ARG PYTHON_IMAGE=python:3.12-slim

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /src
COPY deploy/build.lock deploy/runtime.lock deploy/
RUN pip install --require-hashes -r deploy/build.lock \
 && python -m venv /opt/opssight \
 && /opt/opssight/bin/pip install --require-hashes -r deploy/runtime.lock
COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY datasource_server datasource_server
COPY plugins plugins
RUN python -m hatchling build -t wheel -d /tmp/wheel \
 && /opt/opssight/bin/pip install --no-deps --no-index /tmp/wheel/*.whl \
 && /opt/opssight/bin/pip uninstall --yes pip \
 && mkdir -p /data

FROM ${PYTHON_IMAGE}
# the git connector runs the real one
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends git openssh-client && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --user-group --no-create-home opssight
ENV PATH=/opt/opssight/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    OPSSIGHT_DATA_DIR=/data OPSSIGHT_SERVER__HOST=0.0.0.0 OPSSIGHT_SERVER__PORT=8000
COPY --from=build /opt/opssight /opt/opssight
COPY --from=build --chown=10001:10001 /data /data
WORKDIR /etc/opssight
USER 10001:10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["opssight", "serve"]
