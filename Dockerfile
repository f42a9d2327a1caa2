# docker build -t analytics .
# docker run -p 8080:8080 -v analytics:/data --name analytics analytics
#
# The build compiles DuckDB once, in a layer of its own that stays valid until Cargo.lock changes.

FROM rust:1.95-slim-bookworm AS build
# The image brings a C compiler; DuckDB is C++. The newest patch release is wanted, so no version is named.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --no-install-recommends -y g++ make \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build

# Dependencies, for an empty package.
COPY Cargo.toml Cargo.lock ./
COPY .cargo .cargo
RUN mkdir src \
    && echo 'fn main() {}' > src/main.rs \
    && touch src/lib.rs \
    && cargo build --release --locked \
    && rm -r src

# The package itself. Copied files keep their times, which are older than the empty package's: `touch` tells
# cargo that they have changed.
COPY config.example.toml ./
COPY templates templates
COPY static/dist static/dist
COPY src src
RUN touch src/main.rs src/lib.rs \
    && cargo build --release --locked \
    && strip --strip-debug --output-file=/analytics target/release/analytics \
    && mkdir /empty

FROM debian:bookworm-slim
COPY --from=build /analytics /usr/local/bin/analytics
# A named volume takes over the owner of the folder it covers.
COPY --from=build --chown=10001:10001 /empty /data
ENV ANALYTICS__SERVER__LISTEN=0.0.0.0:8080 \
    ANALYTICS__SERVER__DATA_DIR=/data
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
# A stop drains, commits and writes everything into the database; `docker stop -t 30` gives it the time.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["analytics", "healthcheck"]
ENTRYPOINT ["analytics"]
CMD ["serve"]
