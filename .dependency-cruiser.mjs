// The floors: options ← guard ← the packages ← examples, benchmarks. A package imports only from a lower floor, and by
// its public name; siblings meet in the application.
const siblings = 'security-headers|ratelimit|tiered-cache|query-batcher|pooled-db'

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'siblings-never-import-each-other',
      severity: 'error',
      from: { path: `^packages/(${siblings})/` },
      to: { path: `^packages/(${siblings})/`, pathNot: '^packages/$1/' },
    },
    {
      name: 'guard-stands-on-options-alone',
      severity: 'error',
      from: { path: '^packages/guard/' },
      to: { path: '^packages/', pathNot: '^packages/(guard|options)/' },
    },
    {
      name: 'options-stands-on-nothing',
      severity: 'error',
      from: { path: '^packages/options/' },
      to: { path: '^packages/', pathNot: '^packages/options/' },
    },
    {
      name: 'only-guards-know-the-guard',
      comment: 'the cache, the batcher and the pool know no HTTP, but for the entry that caches responses',
      severity: 'error',
      from: {
        path: '^packages/(tiered-cache|query-batcher|pooled-db)/',
        pathNot: '^packages/tiered-cache/(src|test)/http(/|\\.ts$)',
      },
      to: { path: '^packages/guard/' },
    },
    {
      name: 'by-public-name',
      comment: "another package's sources are its own",
      severity: 'error',
      from: { path: '^(packages|tools)/([^/]+)/' },
      to: { path: '^(packages|tools)/[^/]+/src/', pathNot: ['^$1/$2/', '^tools/(services|scorers)/src/index\\.ts$'] },
    },
    {
      name: 'packages-stand-below',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { path: '^(examples|benchmarks|docs|tools|scripts|test)/' },
    },
    {
      name: 'sources-do-not-see-tests',
      severity: 'error',
      from: { path: '/src/' },
      to: { path: '^[^/]+/[^/]+/test/' },
    },
    {
      name: 'no-undeclared',
      comment: 'every import of a package is declared in its package.json',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: {
        pathNot: '^packages/',
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined', 'npm-dev'],
        dependencyTypesNot: ['npm-peer', 'type-only'],
      },
    },
    {
      name: 'guard-core-knows-no-framework',
      severity: 'error',
      from: { path: '^packages/guard/src/' },
      to: { path: 'node_modules/(express|fastify|koa|hono|@hono|@nestjs)/' },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: ['\\.tmp/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default', 'node'] },
  },
}
