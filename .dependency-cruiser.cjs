/**
 * Who may import whom. One row per folder, the same as the table in ARCHITECTURE.md; whatever a row does not name is
 * forbidden. `npm run imports` reads it and fails when it saw no modules.
 */
const EVERY_BUILT_IN = ['.*'];

/** folder → our folders, npm packages, Node built-ins. `types` are folders of which only types may be imported. */
const TABLE = {
  core: { npm: ['libphonenumber-js'] },
  providers: { ours: ['core'], builtIn: ['crypto'] },
  activities: { ours: ['core', 'providers'] },
  credentials: { ours: ['core', 'providers'], npm: ['n8n-workflow'] },
  nodes: {
    ours: ['core', 'providers', 'activities', 'credentials'],
    npm: ['n8n-workflow', 'p-limit'],
    builtIn: ['crypto'],
  },
  workflows: {
    ours: ['core'],
    types: ['activities', 'worker/campaign'],
    npm: ['@temporalio/workflow', '@temporalio/common'],
  },
  'worker/ledger': { ours: ['core'], npm: ['kysely', 'pg'], builtIn: EVERY_BUILT_IN },
  'worker/campaign': {
    ours: ['core', 'providers', 'activities', 'worker/ledger'],
    npm: [
      'chardet',
      'countries-and-timezones',
      'croner',
      'csv-parse',
      'iconv-lite',
      'liquidjs',
      'luxon',
      'p-limit',
      'read-excel-file',
      'sms-segments-calculator',
      'yaml',
      'zod',
    ],
    builtIn: EVERY_BUILT_IN,
  },
  'worker/http': { ours: ['core'], npm: ['undici'], builtIn: EVERY_BUILT_IN },
  'worker/engine': {
    ours: [
      'core',
      'providers',
      'activities',
      'workflows',
      'worker/campaign',
      'worker/ledger',
      'worker/http',
    ],
    npm: ['@opentelemetry/api', '@temporalio/.+', 'p-limit', 'pino'],
    builtIn: EVERY_BUILT_IN,
  },
  'worker/api': {
    ours: ['core', 'providers', 'worker/campaign', 'worker/ledger'],
    types: ['worker/engine'],
    npm: ['@opentelemetry/api', 'hono', '@hono/.+', 'pino', 'prom-client', 'zod'],
    builtIn: EVERY_BUILT_IN,
  },
  'worker/sandbox': { ours: ['core'], npm: ['hono', '@hono/.+'], builtIn: EVERY_BUILT_IN },
  'worker/cli': {
    ours: ['core', 'worker', 'providers'],
    npm: ['@opentelemetry/.+', 'cli-progress', 'commander', 'pino', 'yaml', '@clack/prompts'],
    builtIn: EVERY_BUILT_IN,
  },
};

const folder = (name) => `^${name}/`;
const npm = (name) => `(^|/)node_modules/(@types/)?${name}/`;

const rules = Object.entries(TABLE).flatMap(([from, row]) => {
  const { ours = [], types = [], npm: packages = [], builtIn = [] } = row;
  return [
    {
      name: `${from}: folders and packages`,
      severity: 'error',
      from: { path: folder(from) },
      to: {
        dependencyTypesNot: ['core'],
        pathNot: [...[from, ...ours, ...types].map(folder), ...packages.map(npm)],
      },
    },
    {
      name: `${from}: Node built-ins`,
      severity: 'error',
      from: { path: folder(from) },
      to: {
        dependencyTypes: ['core'],
        ...(builtIn.length > 0 && { pathNot: builtIn.map((name) => `^(node:)?${name}$`) }),
      },
    },
    ...types.map((other) => ({
      name: `${from}: only types of ${other}`,
      severity: 'error',
      from: { path: folder(from) },
      to: { path: folder(other), dependencyTypesNot: ['type-only'] },
    })),
  ];
});

module.exports = {
  folders: Object.keys(TABLE),
  forbidden: [
    ...rules,
    {
      name: 'no circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'everything resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'tests, benchmarks and chaos stay outside',
      severity: 'error',
      from: { pathNot: '^(test|bench|chaos)/' },
      to: { path: '^(test|bench|chaos)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
