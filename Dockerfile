# The bot alone, without its playground. Build it here: docker build -t banqbot .
# It reads its configuration once: a change of it takes a restart. `docker stop` sends SIGTERM, upon which it
# finishes what is under way; that takes at most ten seconds.
FROM python:3.13-slim AS build
RUN python -m venv /opt/banqbot
ENV PATH=/opt/banqbot/bin:$PATH
WORKDIR /src
COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE config.example.toml ./
COPY banq banq
COPY bot bot
COPY cogs cogs
COPY services services
COPY storage storage
COPY web web
# What was for building is not needed any more.
RUN pip install --no-cache-dir --no-deps --no-build-isolation . && pip uninstall -y setuptools pip

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home banqbot && install -d -o banqbot -g banqbot -m 700 /data
COPY --from=build /opt/banqbot /opt/banqbot
ENV PATH=/opt/banqbot/bin:$PATH \
    BANQBOT_CONFIG=/etc/banqbot/config.toml \
    BANQBOT_STORAGE__PATH=/data/banqbot.sqlite3 \
    BANQBOT_WEB__HOST=0.0.0.0 \
    BANQBOT_WEB__PORT=8080
USER banqbot
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["banqbot"]
CMD ["run"]
