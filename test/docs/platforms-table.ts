import type { Capabilities, ProviderDefinition } from '../../providers/provider';

const HEAD = [
  'platform',
  'channels',
  'text',
  'template',
  'files',
  'contacts',
  'conversations',
  'a lost answer',
  'proven absent',
  'tells of',
  'can be asked for',
  'calls for somebody new / known',
];

const LOST: Readonly<Record<Capabilities['deduplicates'], string>> = {
  by_key: 'repeated with its key',
  by_lookup: 'looked up',
  no: 'left to a person',
};

/** What each platform can do, for the README: from the adapters themselves, so that it cannot be another thing. */
export function platformsTable(platforms: readonly ProviderDefinition[]): string {
  const rows = platforms.map(({ id, displayName, capabilities: can }) => [
    `[${displayName}](docs/platforms/${id}.md)`,
    can.channels.join(', '),
    yes(can.text),
    yes(can.template),
    yes(can.attachments !== null),
    yes(can.contacts),
    yes(can.conversations),
    LOST[can.deduplicates],
    absent(can),
    kinds(can.deliveryEvents),
    kinds(can.catchesUp),
    `${can.calls.cold.length} / ${can.calls.warm.length}`,
  ]);
  return [HEAD, HEAD.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

const yes = (it: boolean): string => (it ? 'yes' : 'no');

const kinds = (told: readonly string[]): string =>
  told.length === 0 ? '–' : told.map((kind) => kind.replace('_', ' ')).join(', ');

function absent({ deduplicates, onAbsent }: Capabilities): string {
  if (deduplicates === 'no') return '–';
  return onAbsent === 'resend' ? 'sent again' : 'left to a person';
}
