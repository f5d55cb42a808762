# The image of ringpost: compiled JavaScript and what it needs to run, nothing to build or test with.
# It needs REDIS_URL, RINGPOST_API_TOKEN and RINGPOST_MASTER_KEY; docs/running.md has the rest.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

# Node itself is one file: npm, yarn and the rest of its image stay behind.
FROM debian:bookworm-slim
COPY --from=build /usr/local/bin/node /usr/local/bin/node
RUN install -d -o 10001 -g 10001 -m 0700 /data
WORKDIR /app
COPY LICENSE ./
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
# One port, whatever the roles: the API, or health and metrics alone. UV_THREADPOOL_SIZE is for dns.lookup,
# which would have four threads.
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=7464 \
    RINGPOST_HEALTH_PORT=7464 \
    RINGPOST_DATA_DIR=/data \
    UV_THREADPOOL_SIZE=16
USER 10001:10001
EXPOSE 7464
VOLUME ["/data"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/readyz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=8", "dist/src/cli/main.js"]
CMD ["serve"]
