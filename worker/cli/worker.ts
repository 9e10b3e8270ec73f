import { Command } from 'commander';
import { type Connection, connect } from '../engine/connect';
import { IN_FLIGHT, openRun } from '../engine/open-run';
import { type WorkEvent, work } from '../engine/work';
import type { Campaign, Ledger } from '../ledger';
import { theAccount } from './account-file';
import { EXIT } from './exit-codes';
import { type Globals, globalsOf, runOptionsOf } from './globals';
import { onInterrupt } from './interrupt';
import { withLedger } from './ledger-file';
import { say, sayJson } from './screen';

export function command(): Command {
  return new Command('worker')
    .description(
      'Stays, and sends what campaign start has started. Several workers share the campaigns of one ledger: one of them\n' +
        'drives each campaign, the others take part up to its `parallel`, and take over when one is gone. Ctrl-C finishes\n' +
        'what is on its way; the campaigns go on elsewhere, or with the next worker.',
    )
    .addHelpText(
      'after',
      '\nExample:\n  campaign worker &\n  campaign start spring.campaign.yaml\n  campaign status spring --watch',
    )
    .action(async (_options: unknown, self: Command) => {
      const globals = globalsOf(self);
      process.exitCode = await withLedger(globals, (ledger) => stay(ledger, globals));
    });
}

async function stay(ledger: Ledger, globals: Globals): Promise<number> {
  const tell = (event: WorkEvent): void => {
    if (globals.json) sayJson({ event: 'work', at: new Date().toISOString(), ...event });
    else say(`${new Date().toISOString()} ${sentenceOf(event)}`);
  };
  const interrupt = onInterrupt(() => {
    if (!globals.json) say('Finishing what is on its way. Press Ctrl-C again to leave at once.');
  });
  const connections = new Map<string, Promise<Connection>>();

  async function connectionOf(name: string): Promise<Connection> {
    let connection = connections.get(name);
    if (connection === undefined) {
      connection = theAccount(globals, name).then((account) =>
        connect(account, { ledger, inFlight: globals.inFlight ?? IN_FLIGHT }),
      );
      connections.set(name, connection);
      // An account that is not there yet, or whose key is, may be so later.
      connection.catch(() => connections.delete(name));
    }
    return connection;
  }

  async function open(campaign: Campaign) {
    const connection = await connectionOf(campaign.account);
    return openRun(ledger, campaign, connection, runOptionsOf(globals));
  }

  if (globals.json) sayJson({ event: 'ready', ledger: ledger.place });
  else say(`Waiting for work in ${ledger.place}. Ctrl-C ends it.`);
  try {
    await work({ ledger, open, stopping: interrupt.stopping, onEvent: tell });
  } finally {
    for (const connection of connections.values()) {
      await connection.then(({ close }) => close()).catch(() => undefined);
    }
  }
  return EXIT.ok;
}

function sentenceOf(event: WorkEvent): string {
  switch (event.kind) {
    case 'drives':
      return `${event.campaign}: runs here now`;
    case 'joins':
      return `${event.campaign}: took part in it`;
    case 'ended':
      return `${event.campaign}: ${event.outcome === 'stopped' ? 'left to the next worker' : event.outcome}`;
    case 'cannot':
      return `${event.campaign}: cannot be run here. ${event.why}`;
    case 'away':
      return 'The ledger cannot be reached. Waiting for it.';
    case 'back':
      return 'The ledger is back.';
  }
}
