import type { CampaignFile } from './campaign-file';
import { InputError } from './input-error';

/** A workflow for each message is for looking at every step of it; it costs a hundred times what a slice's row does. */
const MOST = 10_000;

/** @throws InputError when a campaign has too many rows for a workflow each. */
export function refuseTooMany({ orchestrate }: CampaignFile, rows: number): void {
  if (orchestrate !== 'message' || rows <= MOST) return;
  throw new InputError(
    'orchestrate: message runs a workflow for each message, and is for lists of up to 10,000 rows; this one has more. ' +
      'Take it out, and slices send it: any size, with the same promises. Nothing was sent.',
  );
}
