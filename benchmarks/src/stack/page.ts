import type { RaceResult } from '../results.ts'
import { grouped } from './grouped.ts'
import { markdownTable } from './markdown-table.ts'
import type { StackResults } from './results.ts'

/** The page of the docs that shows the results; everything on it but the figures is said here. */
export function stackPage(results: StackResults): string {
  const { races, bookstore, headline } = results
  return `---
title: What the whole stack costs
---

# What the whole stack costs

Each framework answers \`GET /hello\` with a few bytes of JSON: bare, behind what its users install for headers and a limit, and behind Seawall's guards: headers with a policy, a check of the host, cross-origin protection, and a limit by address, counted in memory or in Redis with leases of 1,000. The handler does nothing, so this is the most that guards can cost: beside a handler that asks a database they are hardly seen.

![Requests per second by framework](stack-benchmark.svg)

${markdownTable(raceLines(races))}

CPU is what the server's process spends on a request, all its threads. Requests per second and p99 come over loopback, from a client that shares the machine and never sleeps while it works.

## Held against what was wanted

${markdownTable(barLines(races))}

A ratio is the median over all rounds of what two contenders did in the same turn: of requests per second, or, where one of the two servers did not fill its core since it was waiting for the client, of server CPU per request.

## The bookstore

The [example](../examples/README.md) in production mode, over PostgreSQL and Redis, with all its guards and a limit counted in Redis for every request.

${markdownTable(bookstore.lines)}

\`first\` is the first request of a route to a process that has just started. \`cold\` is a request for the feed when neither memory nor Redis holds it, in a process that is warm. \`/catalog\` is asked of PostgreSQL each time, in a constant number of statements. CPU is that of the Node process.

## All cores

${capitalized(headline.title)}. The guarded row sends every header, and every response is counted by one limit that all processes share in Redis, which takes leases of 1,000. The client sends more than the limit admits: what counts as requests per second is what was admitted until the first refusal.

${markdownTable(headline.lines)}

${headline.bars.map(({ text, measured, is, limit, verdict }) => `- ${text}: ${grouped(measured)} (${is} ${grouped(limit)}: ${verdict})`).join('\n')}

## How it was measured

By \`npm run bench -- stack --write-docs\` on ${results.date.slice(0, 10)}: ${results.cpu}, ${results.cores} cores, ${results.memoryGiB} GiB, ${results.platform}, Node ${results.node}. The [method](../benchmarks/README.md) is the same for all benchmarks: a process for each contender, all taking turns, several launches, medians. On a machine with few cores the client takes part of what the server could use; ratios are what to compare.

${markdownTable(versionLines(results))}
`
}

function raceLines(races: readonly RaceResult[]): string[][] {
  return [
    ['framework', 'before the route', 'requests/s', 'p99 ms', 'CPU µs/request', '× bare CPU'],
    ...races.flatMap(({ framework, rows }) =>
      rows.map(({ contender, perSecond = 0, p99Ms = 0, cpuNs, ratio }) => [
        framework,
        contender,
        grouped(perSecond),
        p99Ms.toFixed(1),
        (cpuNs / 1000).toFixed(1),
        ratio.toFixed(2),
      ]),
    ),
  ]
}

function barLines(races: readonly RaceResult[]): string[][] {
  return [
    ['framework', 'ratio', 'measured', 'wanted', ''],
    ...races.flatMap(({ framework, bars }) =>
      bars.map(({ text, measured, limit, verdict }) => [framework, text, measured.toFixed(2), `≥ ${limit}`, verdict]),
    ),
  ]
}

const shown =
  /^(?:express|fastify|hono|koa|helmet|ioredis|hono-rate-limiter|express-rate-limit|@hono\/.*|@fastify\/.*|koa-.*)$/

function versionLines({ versions }: StackResults): string[][] {
  return [['package', 'version'], ...Object.entries(versions).filter(([name]) => shown.test(name))]
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
