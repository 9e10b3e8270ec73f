import type { IExecuteFunctions } from 'n8n-workflow';
import { pause } from '../shared/pace';
import { readWord, refuse } from '../shared/values';
import type { Campaign, GetCampaignsByNameResultsResponse, TakenList } from './api';
import { editorWords } from './editor-words';
import { sentences } from './explain';
import type { HandedOver, Skipped } from './hand-over';
import type { CampaignExecution } from './operation';
import { type Bytes, pathOf } from './request';

/** A list may be large, and its way slow. */
const UPLOAD_TIMEOUT_MS = 60 * 60_000;
const LOOK_MS = 500;
const AS_BEFORE = 'Nobody was written to. Correct the list and run it again under the same name';
/** Row numbers of each reason. */
const MOST_NAMED = 10;

/** Hands over the file of an item as it comes. The same file again is the same list, and one that broke off has left nothing. */
export async function uploadList(
  { context, runner }: CampaignExecution,
  item: number,
  name: string,
): Promise<void> {
  const field = readWord(context, item, 'listField') || 'data';
  const { id } = context.helpers.assertBinaryData(item, field);
  const bytes = async (): Promise<Bytes> =>
    id === undefined
      ? context.helpers.getBinaryDataBuffer(item, field)
      : context.helpers.getBinaryStream(id);
  await runner.ask<TakenList>(
    {
      method: 'PUT',
      path: `${pathOf(name)}/list`,
      // Told from the content which one it is: what n8n calls a file is often wrong.
      body: { bytes, type: 'application/octet-stream' },
      timeoutMs: UPLOAD_TIMEOUT_MS,
    },
    item,
  );
}

/** How a campaign stands, with what became of the rows of its list. */
export type ReadCampaign = Campaign & {
  readonly recipients: Pick<HandedOver, 'accepted' | 'skipped'> & {
    /** Null: the list is not read to its end, and nobody knows yet. */
    readonly given: number | null;
  };
};

/**
 * How a campaign stands when its list is read, or when there was no more time to wait for that.
 *
 * @throws NodeOperationError in the runner's words when the list cannot be read.
 */
export async function afterRead(
  execution: CampaignExecution,
  item: number,
  name: string,
): Promise<ReadCampaign> {
  const { context, runner, signal } = execution;
  const path = pathOf(name);
  const waitMs = Number(context.getNodeParameter('options.waitSeconds', item, 60)) * 1_000;
  const until = performance.now() + waitMs;
  for (;;) {
    const campaign = await runner.ask<Campaign>({ method: 'GET', path }, item);
    const { state, why, sealed, imported } = campaign;
    if (state === 'importing' && why !== null) {
      // Words about a campaign file are for who has one.
      const ofFile = context.getNodeParameter('definition', item, 'file') === 'file';
      throw refuse(
        context,
        item,
        `The list of the campaign '${name}' cannot be read`,
        sentences(ofFile ? why : editorWords(why), AS_BEFORE),
      );
    }
    if (
      sealed ||
      state !== 'importing' ||
      performance.now() >= until ||
      !(await pause(LOOK_MS, signal))
    ) {
      if (!sealed && state === 'importing') hintAtReading(context, name);
      const skipped = await skippedOf(execution, item, campaign);
      const accepted = imported - skipped.reduce((n, { count }) => n + count, 0);
      return { ...campaign, recipients: { given: sealed ? imported : null, accepted, skipped } };
    }
  }
}

function hintAtReading(context: IExecuteFunctions, name: string): void {
  context.addExecutionHints({
    message: `The runner is still reading the list of '${name}', and goes on by itself. 'Campaign: Get Status' says when it is done, and whether it can be read.`,
    location: 'outputPane',
  });
}

/** By reason, with the first row numbers of each. */
async function skippedOf(
  { runner }: CampaignExecution,
  item: number,
  { name, reasons }: Campaign,
): Promise<Skipped[]> {
  const path = `${pathOf(name)}/results`;
  return Promise.all(
    reasons
      .filter(({ state }) => state === 'skipped')
      .map(async ({ reason, n }) => {
        const { items } = await runner.ask<GetCampaignsByNameResultsResponse>(
          { method: 'GET', path, query: { state: 'skipped', reason, limit: MOST_NAMED } },
          item,
        );
        return { reason, count: n, rows: items.map(({ row }) => row) };
      }),
  );
}
