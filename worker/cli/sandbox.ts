import { Command, InvalidArgumentError } from 'commander';
import { readTextFile } from '../campaign/campaign-file';
import { InputError } from '../campaign/input-error';
import { describeSandbox, type FaultRule, startSandbox, type WebhookTargets } from '../sandbox';
import { EXIT } from './exit-codes';
import { globalsOf } from './globals';
import { onInterrupt } from './interrupt';
import { count, say, sayJson } from './screen';

/** Faults to rehearse with, by name; all shares are of the requests that deliver a message. */
const PRESETS: Readonly<Record<string, readonly FaultRule[]>> = {
  drops: [{ match: { delivers: true, probability: 0.03 }, fault: 'drop_after_commit' }],
  errors: [{ match: { delivers: true, probability: 0.03 }, fault: 'error_after_commit' }],
  throttled: [
    { match: { delivers: true, every: 200 }, fault: 'rate_limited', options: { retryAfter: 2 } },
  ],
  mixed: [
    { match: { delivers: true, probability: 0.01 }, fault: 'drop_after_commit' },
    { match: { delivers: true, probability: 0.01 }, fault: 'error_after_commit' },
    { match: { delivers: true, probability: 0.01 }, fault: 'drop_before_commit' },
    { match: { delivers: true, every: 400 }, fault: 'rate_limited', options: { retryAfter: 1 } },
  ],
};

/** What `--deliver` makes of messages. */
const DELIVERIES = { afterMs: 1_000, read: 0.3, failed: 0.01 };
const STOP_AFTER_MS = 2_000;

interface Options {
  readonly port: number;
  readonly latency: number;
  readonly faults?: string;
  readonly replyStop?: number;
  readonly deliver?: true;
  readonly webhook?: WebhookTargets;
  readonly webhookSecret?: string;
}

export function command(): Command {
  return new Command('sandbox')
    .description(
      "Starts the platforms' HTTP APIs on this machine, to rehearse a campaign without anybody being written to. It counts\n" +
        'what every person would have received. Stays until Ctrl-C; forgets everything then.',
    )
    .option('--port <n>', 'where it listens; 0 takes a free one', wholeNumber, 4010)
    .option('--latency <ms>', 'how long every answer takes', wholeNumber, 20)
    .option(
      '--faults <name or file>',
      `what goes wrong: ${Object.keys(PRESETS).join(', ')}, or a JSON file of rules`,
    )
    .option('--reply-stop <share>', 'how many people answer STOP to their first message: 1%', share)
    .option(
      '--deliver',
      'messages arrive after a second; some are read, and one in a hundred fails',
    )
    .option(
      '--webhook <platform=url>',
      'where a platform tells of messages and answers, on this machine; repeatable',
      webhook,
    )
    .option('--webhook-secret <secret>', 'what it signs that with')
    .addHelpText(
      'after',
      '\nExample:\n' +
        '  campaign sandbox --faults mixed --reply-stop 1% --deliver\n' +
        '  campaign init rehearsal --sandbox     (in another terminal)',
    )
    .action(async (options: Options, self: Command) => {
      const { json } = globalsOf(self);
      const sandbox = await startSandbox({
        port: options.port,
        latencyMs: options.latency,
        ...(options.faults === undefined ? {} : { faults: await readFaults(options.faults) }),
        people: {
          answers: [{ text: 'STOP', share: options.replyStop ?? 0, afterMs: STOP_AFTER_MS }],
          ...(options.deliver && { deliveries: DELIVERIES }),
        },
        webhooks: signed(options.webhook, options.webhookSecret),
        // A long rehearsal must not fill the memory; the counts per person stay.
        keepMessages: false,
        requestLog: 1_000,
      }).catch(explain);
      if (json) sayJson({ url: sandbox.url });
      else for (const line of describeSandbox(sandbox)) say(line);
      await new Promise<void>((resolve) => onInterrupt(resolve));
      const { accepted, recipients, doubles, answered } = sandbox.summary();
      if (!json) {
        say();
        say(
          `${count(accepted)} messages to ${count(recipients)} people, ${count(doubles)} beyond the first.`,
        );
        if (answered > 0) say(`${count(answered)} of them answered STOP.`);
      }
      await sandbox.close();
      process.exitCode = EXIT.ok;
    });
}

function wholeNumber(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It has to be a whole number.');
}

function share(text: string): number {
  const percent = /^(\d{1,3}(?:\.\d+)?)%$/.exec(text)?.[1];
  if (percent !== undefined && Number(percent) <= 100) return Number(percent) / 100;
  throw new InvalidArgumentError('It has to be a share of the people, such as 1%.');
}

function webhook(text: string, before: WebhookTargets = {}): WebhookTargets {
  const [, platform, url] = /^(\w+)=(.+)$/.exec(text) ?? [];
  if (platform !== undefined && url !== undefined) return { ...before, [platform]: { url } };
  throw new InvalidArgumentError(
    'It has to be a platform and an address: chatwoot=http://127.0.0.1:4100/webhooks/chatwoot/shop',
  );
}

function signed(targets: WebhookTargets = {}, secret: string | undefined): WebhookTargets {
  if (secret === undefined) return targets;
  return Object.fromEntries(
    Object.entries(targets).map(([platform, target]) => [platform, { ...target, secret }]),
  );
}

async function readFaults(name: string): Promise<readonly FaultRule[]> {
  const preset = PRESETS[name];
  if (preset !== undefined) return preset;
  const text = await readTextFile(name, `preset (${Object.keys(PRESETS).join(', ')}) or file`);
  try {
    const rules = JSON.parse(text) as FaultRule | FaultRule[];
    return Array.isArray(rules) ? rules : [rules];
  } catch (error) {
    throw new InputError(`${name} is not JSON.`, error);
  }
}

/** What the sandbox refuses of what was asked for here. */
const MISTAKES = /^(there is no fault|webhooks go|nobody knows)/;

function explain(error: unknown): never {
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
    throw new InputError(
      'That port is taken. Choose another with --port, or 0 for a free one.',
      error,
    );
  }
  if (error instanceof Error && MISTAKES.test(error.message)) {
    const [first = ''] = error.message;
    throw new InputError(`${first.toUpperCase()}${error.message.slice(1)}.`, error);
  }
  throw error;
}
