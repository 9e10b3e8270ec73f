/**
 * Starts the API on loopback, with a fresh ledger and the sandbox behind it, and lets schemathesis ask it whatever its OpenAPI document allows and forbids.
 * Fails on an answer of 5xx, and on one that the document does not name.
 *
 *   node scripts/fuzz-api.mjs [--main worker/dist/worker/cli/main.js] [--ledger postgres://…] [--cases 60] [--seed 1] [-- further options of `st run`]
 */
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const VERSION = '4.32.5';
/** What it does not know: a type of body. */
const HOOKS = `
import json
import schemathesis

@schemathesis.serializer("application/x-ndjson")
def ndjson(ctx, value):
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "surrogatepass")
`;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    main: {
      type: 'string',
      default: join(import.meta.dirname, '../worker/dist/worker/cli/main.js'),
    },
    ledger: { type: 'string' },
    cases: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
const { main, cases, seed } = values;

const folder = mkdtempSync(join(tmpdir(), 'campaign-fuzz-'));
/** @type {import('node:child_process').ChildProcess[]} */
const started = [];
const env = { ...process.env, CAMPAIGN_LEDGER: values.ledger ?? join(folder, 'ledger.db') };

try {
  const st = schemathesis();
  const { url: platform } = await start(['--json', 'sandbox', '--port', '0', '--latency', '0']);
  writeFileSync(
    join(folder, 'accounts.yaml'),
    `support-inbox: { platform: chatwoot, url: "${platform}", accountId: "1", token: sandbox-token, limits: { contact: none, conversation: none, message: none, lookup: none } }\n`,
  );
  const { token } = JSON.parse(
    execFileSync(process.execPath, [main, '--json', 'keys', 'create', 'fuzz', '--scope', 'admin'], {
      cwd: folder,
      env,
      encoding: 'utf8',
    }),
  );
  const { url } = await start(['serve', '--log', 'json', '--port', '0', '--key-rate', '100000']);
  console.log(`fuzz: ${url}, seed ${seed}`);
  // At first with whatever it makes up, then with what is there: names that are made up meet nothing.
  const failed = [
    await fuzz(st, url, token, {}),
    await fuzz(st, url, token, await seedThings(url, token)),
  ];
  process.exitCode = failed.some((each) => each !== 0) ? 1 : 0;
} finally {
  for (const child of started) child.kill('SIGTERM');
  await Promise.all(started.map((child) => child.exitCode ?? ended(child)));
  rmSync(folder, { recursive: true, force: true });
}

/** Its program, in an environment of Python's own that is made where it is not there yet. */
function schemathesis() {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const place = join(cache, 'campaign-runner', `schemathesis-${VERSION}`);
  const st = join(place, 'bin', 'st');
  if (existsSync(st)) return st;
  mkdirSync(place, { recursive: true });
  const python = process.env['PYTHON'] ?? 'python3';
  execFileSync(python, ['-m', 'venv', place], { stdio: 'inherit' });
  const pip = [join(place, 'bin', 'pip'), 'install', '--quiet', '--disable-pip-version-check'];
  execFileSync(pip[0], [...pip.slice(1), `schemathesis==${VERSION}`], { stdio: 'inherit' });
  return st;
}

/** A process of the runner; what it says first that has a `url` in it. */
async function start(args) {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      said += text;
      for (const line of said.split('\n').slice(0, -1)) {
        if (line.includes('"url"')) resolve(JSON.parse(line));
        // What goes wrong inside is told by the log alone.
        if (line.includes('request_failed')) console.log(line);
      }
      said = said.slice(said.lastIndexOf('\n') + 1);
    });
    child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}`)));
  });
}

function ended(child) {
  return new Promise((resolve) => child.once('exit', resolve));
}

/** One of each, for what can only be asked of something that is there. */
async function seedThings(url, token) {
  const headers = { authorization: `Bearer ${token}` };
  const ask = async (method, path, body, type = 'application/json') => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...headers,
        ...(body === undefined ? {} : { 'content-type': type }),
        'idempotency-key': randomUUID(),
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
  const { items: inboxes } = await ask('GET', '/accounts/support-inbox/inboxes');
  const { id: inbox } = inboxes.find(
    ({ text, addressKinds }) => text && addressKinds.includes('phone'),
  );
  const campaign = {
    name: 'fuzzed',
    account: 'support-inbox',
    inbox,
    consent: { method: 'list' },
    message: { text: 'Hi {{ firstName | default: "there" }}' },
    audience: { country: 'US' },
  };
  const csv = 'phone,firstName\n+12025550123,Ada\n+12025550124,Bob\n';
  await ask('POST', '/campaigns', campaign);
  await ask('PUT', '/campaigns/fuzzed/list', csv, 'text/csv');
  const audience = { intake: 'chunks', recipientColumns: ['phone', 'firstName'] };
  await ask('POST', '/campaigns', { ...campaign, name: 'in-chunks', audience });
  const kept = await ask('PUT', '/lists', csv, 'text/csv');
  await ask('POST', '/schedules', {
    campaign: { ...campaign, name: 'by-the-clock' },
    list: kept.sha256,
    at: '09:00',
    zone: 'Europe/Paris',
  });
  const send = {
    account: 'support-inbox',
    inbox,
    to: '+12025550125',
    text: 'Your order is ready.',
  };
  const { sendId } = await ask('POST', '/sends', send);
  await ask('POST', '/suppressions', { addresses: ['+12025550126'] });
  const { paths } = await ask('GET', '/openapi.json');
  return { inbox, sendId, paths: Object.keys(paths) };
}

/** Returns the exit code. */
function fuzz(st, url, token, made) {
  const named = Object.keys(made).length > 0;
  const config = join(folder, named ? 'named.toml' : 'free.toml');
  // Nothing is waited for, and so a case takes no half minute.
  const hooks = join(folder, 'hooks.py');
  writeFileSync(hooks, HOOKS);
  const lines = [`hooks = "${hooks}"`, '[parameters]', '"query.wait" = 0'];
  if (named) {
    lines.push('"path.platform" = "chatwoot"', '"path.account" = "support-inbox"');
    lines.push(`"path.sendId" = "${made.sendId}"`, `"query.inbox" = "${made.inbox}"`);
    for (const path of made.paths.filter((each) => each.includes('{name}'))) {
      lines.push('', '[[operations]]', `include-path = "${path}"`);
      lines.push(`parameters = { "path.name" = "${nameFor(path)}" }`);
    }
    // Else everything behind it meets nothing.
    lines.push('', '[[operations]]', 'include-method = "DELETE"', 'enabled = false');
  }
  writeFileSync(config, `${lines.join('\n')}\n`);
  const child = spawn(
    st,
    [
      '--config-file',
      config,
      'run',
      `${url}/openapi.json`,
      ...['-H', `Authorization: Bearer ${token}`, '--seed', seed, '-n', cases],
      ...['--request-timeout', '60', '--continue-on-failure', '--report-dir', folder],
      // What cannot be said in a schema is refused with 422 all the same: a country that is none, a key that stands for another request.
      ...['--exclude-checks', 'positive_data_acceptance'],
      ...['--phases', named ? 'coverage,fuzzing' : 'examples,coverage,fuzzing,stateful'],
      ...positionals,
    ],
    { stdio: 'inherit', cwd: folder },
  );
  return ended(child);
}

function nameFor(path) {
  if (path.startsWith('/schedules/')) return 'by-the-clock';
  return /recipients|seal/.test(path) ? 'in-chunks' : 'fuzzed';
}
