# docs/serving.md says what of this was tried, and how.
FROM node:20.20.2-bookworm-slim AS build
WORKDIR /loopwright
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN node scripts/build.mjs

FROM node:20.20.2-bookworm-slim AS packages
WORKDIR /loopwright
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
# The S3 client is an optional peer: a worker in a container is likely to want it.
# npm leaves out whatever is named as a development package or an optional peer, even when it is asked for.
RUN s3="$(node -p "require('./package.json').devDependencies['@aws-sdk/client-s3']")" \
 && npm pkg delete devDependencies peerDependencies peerDependenciesMeta \
 && npm install --no-save --ignore-scripts --no-audit --no-fund "@aws-sdk/client-s3@$s3"

FROM node:20.20.2-bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends git python3 python3-pytest bubblewrap util-linux ca-certificates \
 && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /loopwright
COPY package.json LICENSE ./
COPY --from=packages /loopwright/node_modules ./node_modules
COPY --from=build /loopwright/dist ./dist
COPY --from=build /loopwright/scripts ./scripts
COPY --from=build /loopwright/activities ./activities
COPY --from=build /loopwright/examples ./examples
RUN mkdir -p /var/lib/loopwright && chown node:node /var/lib/loopwright
USER node
VOLUME /var/lib/loopwright
ENTRYPOINT ["node", "/loopwright/dist/cli/main.js"]
CMD ["worker", "--state-folder", "/var/lib/loopwright"]
