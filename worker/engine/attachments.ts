import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Attachment } from '../../core/message';
import type { Inbox, Provider } from '../../providers/provider';
import { isWebAddress } from '../campaign/campaign-file';
import { InputError } from '../campaign/input-error';
import { contentTypeOf, nameOf } from '../campaign/media';
import { type Campaign, keepPlaceOfMedia, type Ledger, placeOfMedia } from '../ledger';

/**
 * The files of a campaign, read, and put on the platform where its messages point at them: once for a campaign, whoever
 * opens it.
 *
 * @throws InputError where this machine does not have one (another may); ProviderError when the platform does not take it.
 */
export async function openAttachments(
  ledger: Ledger,
  campaign: Campaign,
  { provider, sources }: { readonly provider: Provider; readonly sources: readonly string[] },
): Promise<readonly Attachment[]> {
  const inbox = JSON.parse(campaign.inbox) as Inbox;
  const files: Attachment[] = [];
  for (const source of sources) {
    if (isWebAddress(source)) {
      const { pathname } = new URL(source);
      const filename = nameOf(pathname);
      const file = { filename, contentType: contentTypeOf(pathname), bytes: new Uint8Array() };
      files.push({ ...file, url: source });
      continue;
    }
    const bytes = await readFile(source).catch((error: unknown) => {
      throw new InputError(`The attachment ${source} cannot be read here.`, error);
    });
    const file = { filename: basename(source), contentType: contentTypeOf(source), bytes };
    files.push(await onPlatform(file));
  }
  return files;

  async function onPlatform(file: Attachment): Promise<Attachment> {
    if (provider.uploadMedia === undefined) return file;
    const hash = createHash('sha256').update(file.bytes).digest('hex');
    const place = { campaignId: campaign.id, hash };
    const before = await placeOfMedia(ledger, place);
    const url = before ?? (await provider.uploadMedia(file, inbox));
    if (before === null) await keepPlaceOfMedia(ledger, place, { url, now: ledger.now() });
    // The bytes are not needed any more, and no request holds a copy of them.
    return { ...file, bytes: new Uint8Array(), url };
  }
}
