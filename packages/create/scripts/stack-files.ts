import { read, replaceFound } from './repository.ts'

/** The Dockerfile of a project: built by npm, and run as the stack runs it. */
export function dockerfile(): string {
  const original = read('examples/stack/Dockerfile')
  const run = original.slice(original.lastIndexOf('\nFROM '))
  const copied = replaceFound(run, 'COPY --from=build /app .', 'COPY --from=build /project/dist dist')
  return `# syntax=docker/dockerfile:1
FROM node:24-slim AS build
WORKDIR /project
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .
RUN npm run build
${replaceFound(copied, 'server/bin/main.js', 'dist/server/main.js')}`
}

/** The compose file of a project: the stack's, built from the project's own folder. */
export function composeFile(): string {
  const original = read('examples/stack/compose.yaml').replaceAll('examples/stack/', '')
  const started = replaceFound(original, 'docker compose --file compose.yaml up', 'docker compose up --build')
  const named = replaceFound(started, /^name: .*\n\n/m, '')
  return replaceFound(named, /^ {2}build:\n(?: {4}.*\n)+/m, '  build: .\n')
}
