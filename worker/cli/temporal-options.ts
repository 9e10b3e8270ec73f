import { Option } from 'commander';
import { InputError } from '../campaign/input-error';
import type { Part } from '../engine/temporal/worker';
import type { Globals } from './globals';

/** How a process takes part on Temporal. */
export interface TemporalOptions {
  readonly only?: Part;
  readonly taskQueue?: string;
  readonly deployment?: string;
  readonly buildId?: string;
  readonly identity?: string;
  readonly temporalMetricsPort?: number;
}

const FLAGS = [
  ['only', '--only'],
  ['taskQueue', '--task-queue'],
  ['deployment', '--deployment'],
  ['buildId', '--build-id'],
  ['identity', '--identity'],
  ['temporalMetricsPort', '--temporal-metrics-port'],
] as const;

/** What every process that stays can be told of Temporal. */
export function temporalOptions(): Option[] {
  return [
    new Option('--task-queue <name>', 'with --engine temporal (campaign-runner)'),
    new Option(
      '--deployment <name>',
      'with --engine temporal: the Worker Deployment that this worker is of',
    ),
    new Option('--build-id <id>', 'with --deployment: its version'),
    new Option(
      '--identity <name>',
      "with --engine temporal: this worker in Temporal's lists (pid@host)",
    ),
  ];
}

/** @throws InputError for options that mean nothing here. */
export function refuseAstray(options: TemporalOptions, { engine }: Globals): void {
  const astray = FLAGS.filter(([key]) => options[key] !== undefined);
  if (engine !== 'temporal' && astray.length > 0) {
    throw new InputError(
      `${astray.map(([, flag]) => flag).join(', ')}: only with --engine temporal.`,
    );
  }
  if ((options.deployment === undefined) !== (options.buildId === undefined)) {
    throw new InputError('--deployment and --build-id go together.');
  }
}
