import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROVIDERS, type ProviderId } from '../../../core/words';
import { findProvider } from '../../../providers';
import type { FaultRule } from '../../../worker/sandbox';
import { REHEARSALS } from '../../../worker/sandbox/rehearsals';
import { type Ended, fictional, openPlace, type Place } from './fixture';

const ROWS = 60;
/** Of these the last part is written to for the first time by the second campaign. */
const MORE = 20;
const FAULTS: readonly FaultRule[] = [
  { match: { delivers: true, every: 7 }, fault: 'drop_after_commit' },
  { match: { delivers: true, every: 11 }, fault: 'error_after_commit' },
  { match: { delivers: true, every: 13 }, fault: 'drop_before_commit' },
  { match: { delivers: true, every: 17 }, fault: 'garbage_after_commit' },
  { match: { delivers: true, nth: 5 }, fault: 'rate_limited', options: { retryAfter: 1 } },
  { match: { delivers: false, every: 29 }, fault: 'error_before_commit' },
];

interface Row {
  readonly row: number;
  readonly state: string;
  readonly reason: string | null;
  readonly address: string;
}

function accountsYaml(id: ProviderId, url: string): string {
  const { mount, credentials } = REHEARSALS[id];
  const fields = Object.entries(credentials).map(
    ([name, value]) => `  ${name}: ${JSON.stringify(value)}\n`,
  );
  const resends = findProvider(id)?.capabilities.deduplicates === 'by_lookup';
  return `support:
  platform: ${id}
  url: ${url}${mount}
${fields.join('')}  limits: { contact: none, conversation: none, message: none, lookup: none }
  settleDelay: 2s
${resends ? '  onAbsent: resend\n' : ''}`;
}

function campaignYaml(id: ProviderId, name: string): string {
  const message =
    findProvider(id)?.capabilities.text === true
      ? '{ text: "Hi {{ name }}, it is time." }'
      : '{ template: { name: reminder, params: { Reason: "{{ name }}, it is time." } } }';
  return `name: ${name}
account: support
inbox: "${REHEARSALS[id].inbox}"
audience: { file: ${name}.csv, country: US }
consent: { method: form, detail: "order form 2026" }
message: ${message}
`;
}

const listOf = (from: number, to: number): string => {
  const rows = Array.from({ length: to - from }, (_, n) => from + n);
  return `phone,name,first name,last name,email\n${rows.map((n) => `${fictional(n)},Person${n} Doe,Person${n},Doe,p${n}@example.org`).join('\n')}\n`;
};

describe.each(PROVIDERS)('a campaign on %s', (id) => {
  const capabilities = findProvider(id)?.capabilities ?? expect.fail('no adapter');
  const canLookUp = capabilities.deduplicates === 'by_lookup';
  let place: Place;
  const streams: string[] = [];

  beforeAll(async () => {
    place = await openPlace();
    place.write('accounts.yaml', accountsYaml(id, place.sandbox.url));
    for (const [name, from, to] of [
      ['spring', 0, ROWS],
      ['autumn', ROWS, ROWS + MORE],
      ['winter', ROWS + MORE, ROWS + 3 * MORE],
      ['rerun', ROWS + MORE, ROWS + 3 * MORE],
    ] as const) {
      place.write(`${name}.csv`, listOf(from, to));
      place.write(`${name}.campaign.yaml`, campaignYaml(id, name));
    }
  });
  afterAll(() => place.close());

  async function campaign(...args: string[]): Promise<Ended> {
    const ended = await place.campaign(...args);
    streams.push(ended.out, ended.err);
    return ended;
  }

  async function rowsOf(name: string): Promise<Row[]> {
    const { out } = await campaign('results', name, '--json');
    return out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Row);
  }

  it('ends with every row final, nobody written to twice, and what is not settled listed', async () => {
    expect((await campaign('accounts', 'test')).exit).toBe(0);
    const check = await campaign('check', 'spring.campaign.yaml');
    expect(check.exit).toBe(0);
    expect(check.out).toContain(`${ROWS} of ${ROWS} rows are ready`);
    expect(place.sandbox.summary().accepted).toBe(0);

    place.sandbox.setFaults(FAULTS);
    await campaign('run', 'spring.campaign.yaml', '--json');
    place.sandbox.clearFaults();
    const rows = await rowsOf('spring');
    const accepted = place.sandbox.accepted();
    expect(rows).toHaveLength(ROWS);
    expect([...accepted.values()].filter((n) => n > 1)).toEqual([]);
    const sent = rows.filter(({ state }) => state === 'sent');
    const unknown = rows.filter(({ state }) => state === 'unknown');
    expect(sent.length + unknown.length).toBe(ROWS);
    for (const { address } of sent) expect(accepted.get(address)).toBe(1);
    if (canLookUp) expect(unknown).toEqual([]);
    else {
      expect(unknown.length).toBeGreaterThan(0);
      expect(unknown.every(({ reason }) => reason === 'lost_answer')).toBe(true);
      // Whoever got the message without its answer is among them.
      const open = new Set(unknown.map(({ address }) => address));
      const known = new Set(sent.map(({ address }) => address));
      for (const address of accepted.keys()) {
        expect(known.has(address) || open.has(address)).toBe(true);
      }
    }
    expect(place.sandbox.summary().faults['drop_after_commit']).toBeGreaterThan(3);
  }, 120_000);

  it('is told at the check what the platform cannot do, and what to do instead', async () => {
    place.write('a.txt', 'x');
    const refused: (readonly [boolean, string, RegExp])[] = [
      [
        capabilities.templateParts?.includes('buttons') === true ||
          !capabilities.template ||
          id === 'bevatel',
        '{ template: { name: t, buttons: [{ type: url, parameter: x }] } }',
        /takes params only; remove buttons/,
      ],
      [capabilities.text, '{ text: Hi }', /templates only.*(message\.template|params)/],
      [capabilities.template, '{ template: { name: t } }', /no templates\. .*message\.text/],
      [capabilities.attachments !== null, '{ text: Hi, attachments: [a.txt] }', /no files\. [A-Z]/],
    ];
    for (const [can, message, sentence] of refused) {
      if (can) continue;
      const yaml = campaignYaml(id, 'spring').replace(/^message: .*$/m, `message: ${message}`);
      place.write('cannot.campaign.yaml', yaml);
      const before = place.sandbox.requests().length;
      const check = await campaign('check', 'cannot.campaign.yaml');
      expect(check.exit).toBe(2);
      // A platform without text says that first, whatever goes with it.
      if (capabilities.text || !message.includes('text')) expect(check.err).toMatch(sentence);
      else expect(check.err).toMatch(/templates only/);
      const later = place.sandbox.requests().slice(before);
      expect(later.filter(({ delivers }) => delivers)).toEqual([]);
      if (id === 'pressnxpress') expect(later).toEqual([]);
    }
  });

  it('costs the calls that the capabilities say, for somebody new and for somebody known', async () => {
    // What a campaign costs beside its people is the same for both, and drops out.
    const small = await callsOf('autumn');
    const large = await callsOf('winter');
    expect((large - small) / MORE).toBe(capabilities.calls.cold.length);
    const rerun = await callsOf('rerun');
    const own = small - MORE * capabilities.calls.cold.length;
    expect((rerun - own) / (2 * MORE)).toBe(capabilities.calls.warm.length);
  }, 120_000);

  async function callsOf(name: string): Promise<number> {
    const before = place.sandbox.requests().length;
    expect((await campaign('run', `${name}.campaign.yaml`)).exit).toBe(0);
    // What is listed is what people answered since the last run: that follows their answers, and not the campaign's people.
    const lists = ({ method, path }: { method: string; path: string }): boolean =>
      method === 'GET' && /\/(conversations|messages)(\?|$)/.test(path);
    const made = place.sandbox.requests().slice(before);
    return made.filter((request) => !lists(request)).length;
  }

  it('leaves no credential in any stream, nor in the ledger', async () => {
    // What goes wrong speaks more: a platform that refuses the account, and one that is gone.
    place.sandbox.setFaults([{ fault: 'wrong_token' }]);
    await campaign('accounts', 'test', '--json');
    await campaign('send', '--account', 'support', '--inbox', REHEARSALS[id].inbox);
    place.sandbox.clearFaults();
    place.write('gone.yaml', accountsYaml(id, 'http://127.0.0.1:9'));
    place.write('late.csv', listOf(150, 152));
    place.write('late.campaign.yaml', campaignYaml(id, 'late'));
    const gone = place.start('run', 'late.campaign.yaml', '--json', '--accounts', 'gone.yaml');
    // Where nothing is asked before the first message, it is tried for long.
    await Promise.race([gone.ended, wait(4_000)]);
    gone.child.kill('SIGKILL');
    await gone.ended;
    streams.push(gone.text());
    await campaign('status', 'spring', '--json');
    await campaign('list', '--json');
    const ledger = ['', '-wal'].map((end) => {
      try {
        return readFileSync(join(place.folder, `.campaign/ledger.db${end}`), 'latin1');
      } catch {
        return '';
      }
    });
    expect(ledger.join('')).toContain('spring');
    const secrets = (findProvider(id)?.credentials ?? []).flatMap(({ name, secret }) =>
      secret === true ? (REHEARSALS[id].credentials[name] ?? []) : [],
    );
    expect(secrets.length).toBeGreaterThan(0);
    for (const secret of secrets) {
      for (const text of [...streams, ...ledger]) expect(text).not.toContain(secret);
    }
    expect(streams.join('').length).toBeGreaterThan(1_000);
  }, 60_000);
});
