# The Care Act assistant in one image: answers offline, as a numeric user, on a read-only root.
# What builds the library (torch, sentence-transformers) stays in the build stages. See assistant/pages/running.md.
ARG BASE=docker.io/library/debian:bookworm-slim

FROM ${BASE} AS python
# Debian keeps only the newest security release of a version, so a pinned one would soon not install.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates python3 \
 && rm -rf /var/lib/apt/lists/*

FROM python AS product
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3-venv \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY constraints.txt pyproject.toml README.md LICENSE ./
COPY assistant assistant
COPY ingest ingest
COPY evals evals
COPY corpus corpus
RUN python3 -m venv /opt/care-act \
 && /opt/care-act/bin/pip install --no-cache-dir --quiet -c constraints.txt '.[scale]'

FROM product AS library
# hadolint ignore=DL3064
ENV HF_HUB_OFFLINE=1 TOKENIZERS_PARALLELISM=false CARE_ACT_HOME=/var/lib/care-act
# torch first and alone: a build for processors only satisfies the rest. PIP_… arguments name where to find one.
ARG PIP_EXTRA_INDEX_URL=
RUN /opt/care-act/bin/pip install --no-cache-dir --quiet -c constraints.txt torch \
 && /opt/care-act/bin/pip install --no-cache-dir --quiet -c constraints.txt '.[build,scale]' \
 && /opt/care-act/bin/care-act ingest build

FROM product AS thin
# What no answer needs: a client for clusters that Chroma asks for and only its own servers there use (126 MB), the
# installer, tests of packages, types for checkers.
RUN /opt/care-act/bin/pip uninstall --quiet --yes kubernetes pip setuptools 2>/dev/null; \
    find /opt/care-act/lib -depth -type d \( -name tests -o -name test \) -exec rm -rf {} + ; \
    find /opt/care-act/lib -name '*.pyi' -delete

# The image without a library: `--target bare`, and a library built elsewhere mounted at /var/lib/care-act.
FROM python AS bare
LABEL org.opencontainers.image.title="Care Act assistant" \
      org.opencontainers.image.description="True, plain, cited answers about adult social care in England" \
      org.opencontainers.image.licenses="MIT AND CC-BY-4.0"
COPY --from=thin /opt/care-act /opt/care-act
# TOKENIZERS_… is no secret, whatever its name looks like.
# hadolint ignore=DL3064
ENV PATH=/opt/care-act/bin:$PATH \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    HF_HUB_OFFLINE=1 TOKENIZERS_PARALLELISM=false ORT_DISABLE_TELEMETRY=1 \
    CARE_ACT_HOME=/var/lib/care-act CARE_ACT_HOST=0.0.0.0 CARE_ACT_PORT=8000
USER 65532:65532
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python3", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["care-act"]
CMD ["serve"]

FROM bare
COPY --from=library --chown=65532:65532 /var/lib/care-act /var/lib/care-act
# Chroma writes beside its files even when it only reads: this folder must be a volume where the root is read-only.
VOLUME /var/lib/care-act
