import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { one, type Result } from '../shared/operation';
import { runItems } from '../shared/run';
import { readWord, refuse } from '../shared/values';
import { needOneCampaign } from './agreed';
import type { Campaign, NewCampaign } from './api';
import { readCampaignFile } from './campaign-file';
import { readDefinition, readName } from './definition';
import { adviseOnFields, inEditorWords } from './editor-words';
import { explaining, sentences, unlessConflict } from './explain';
import { refuseExpressions } from './fixed-texts';
import { type HandedOver, handOver, oneItem, skippedWords } from './hand-over';
import { hintAtOutcome } from './hints';
import { afterRead, uploadList } from './list-of-file';
import { readList } from './list-of-items';
import type { CampaignExecution } from './operation';
import { pathOf } from './request';
import { showCampaign } from './shape';

/** Lists on their way at the same time: each may be of any size. */
const LISTS_AT_ONCE = 2;

const TOO_WIDE =
  "Beside a campaign file their names stand in the address of the request, and do not fit into it. Name those that are needed in the option 'Fields', or choose 'Fields Below' in 'Campaign From'";

type Audience = NonNullable<NewCampaign['audience']>;

/** A campaign of all items, or of each with a list of its own. */
export async function createCampaigns(
  execution: CampaignExecution,
  start: boolean,
): Promise<readonly INodeExecutionData[]> {
  const { context } = execution;
  const fromFields = (item: number) => context.getNodeParameter('definition', item) !== 'file';
  const saying = <T>(item: number, answer: Promise<T>) =>
    fromFields(item) ? inEditorWords(answer) : answer;
  if (context.getNodeParameter('audience', 0) === 'items') {
    return saying(0, fromItems(execution, start));
  }
  needOwnNames(context);
  return runItems(
    context,
    LISTS_AT_ONCE,
    (item) => saying(item, fromList(execution, item, start)),
    {
      again: 'A new execution does nothing twice to campaigns that are there already',
      hintsAtCampaigns: false,
    },
  );
}

async function fromItems(
  execution: CampaignExecution,
  start: boolean,
): Promise<readonly INodeExecutionData[]> {
  const { context, runner } = execution;
  needOneCampaign(context);
  const name = readName(context, 0);
  const list = readList(context);
  const audience: Audience = { intake: 'chunks', recipientColumns: [...list.columns] };
  const created = create(execution, 0, { name, audience, start });
  const { imported } = await explaining(created, (error) => {
    if (error.httpCode === '431') {
      error.message = 'The items have too many fields';
      error.description = TOO_WIDE;
    }
    adviseOnFields(error);
  });
  const keyOf = (part: number) => `n8n-${part}`;
  const recipients = await handOver(execution, list, { name, imported, keyOf });
  const keptOpen = context.getNodeParameter('options.keepOpen', 0, false) === true;
  const campaign = keptOpen
    ? await runner.ask<Campaign>({ method: 'GET', path: pathOf(name) })
    : await started(execution, await sealed(execution, name, recipients), start);
  hintAtOutcome(context, campaign, { skipped: recipients.skipped, counted: 'item', start });
  return [oneItem({ ...showCampaign(campaign), recipients }, list.rows)];
}

async function fromList(
  execution: CampaignExecution,
  item: number,
  start: boolean,
): Promise<readonly Result[]> {
  const { context } = execution;
  const name = readName(context, item);
  const file = context.getNodeParameter('audience', item) === 'file';
  if (!file && context.getNodeParameter('definition', item) !== 'file') {
    throw refuse(
      context,
      item,
      "Without a campaign file there is no address: choose 'Input Items' or 'File'",
    );
  }
  const audience: Audience = file ? { intake: 'upload' } : {};
  await create(execution, item, { name, audience, start }, item);
  if (file) await uploadList(execution, item, name);
  const { recipients, ...campaign } = await afterRead(execution, item, name);
  const stands = await started(execution, campaign, start, item);
  hintAtOutcome(context, stands, { skipped: recipients.skipped, counted: 'row', start });
  return one({ ...showCampaign(stands), recipients });
}

/** The same name with the same content is the same campaign: the runner says so, or refuses. */
async function create(
  { context, runner }: CampaignExecution,
  item: number,
  { name, audience, start }: { name: string; audience: Audience; start: boolean },
  said?: number,
): Promise<Campaign> {
  const post = { method: 'POST', path: '/campaigns' } as const;
  if (context.getNodeParameter('definition', item) !== 'file') {
    refuseExpressions(context, item, 'fields');
    const json = { ...readDefinition(context, item, name, audience), start };
    return runner.ask<Campaign>({ ...post, json }, said);
  }
  const { intake, recipientColumns } = audience;
  const body = { bytes: await readCampaignFile(context, item), type: 'application/yaml' };
  return runner.ask<Campaign>(
    { ...post, body, query: { name, intake, recipientColumns, start } },
    said,
  );
}

/** Says that all are in. What it ends with when there is nobody to write to is said with the reasons. */
export async function sealed(
  { runner }: CampaignExecution,
  name: string,
  { skipped }: HandedOver,
): Promise<Campaign> {
  const seal = runner.ask<Campaign>({ method: 'POST', path: `${pathOf(name)}/seal` });
  return explaining(seal, (error) => {
    const who = skipped.length > 0 ? `Skipped: ${skippedWords(skipped)}` : '';
    error.description = sentences(who, error.description);
  });
}

/** It starts by itself when its list is in; one that was created without that is started here. One that somebody paused stays so. */
async function started(
  { runner }: CampaignExecution,
  campaign: Campaign,
  start: boolean,
  item?: number,
): Promise<Campaign> {
  if (!start || !campaign.sealed || campaign.state !== 'ready') return campaign;
  const path = pathOf(campaign.name);
  const begun = runner.ask<Campaign>({ method: 'POST', path: `${path}/start` }, item);
  // Somebody paused or cancelled it just now.
  return unlessConflict(begun, () => runner.ask<Campaign>({ method: 'GET', path }, item));
}

/** Two lists of one name would be one campaign with another list. */
function needOwnNames(context: IExecuteFunctions): void {
  const seen = new Map<string, number>();
  for (const item of context.getInputData().keys()) {
    const name = readWord(context, item, 'name');
    const before = seen.get(name);
    if (name !== '' && before !== undefined) {
      throw refuse(
        context,
        item,
        `Items ${before + 1} and ${item + 1} have the same 'Name'`,
        'Each item is a campaign with a list of its own. Nothing was sent to the runner',
      );
    }
    seen.set(name, item);
  }
}
