import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import type { Provider, Template } from '../../providers/provider';
import { toNodeError } from './errors';
import { connectAccount, type Platform } from './platform';

/** Between name and language in the value of a template. */
const SEPARATOR = '|';

export type Search = (
  this: ILoadOptionsFunctions,
  filter?: string,
  paginationToken?: string,
) => Promise<INodeListSearchResult>;

/** A choice of a resource locator. */
export interface Listed {
  readonly name: string;
  readonly value: string;
}

/**
 * The lists behind a platform's resource locators. `listTemplates` is for platforms whose list is not the seam's: it is
 * then that of the whole account.
 */
export function listSearchOf<P extends Provider>(
  platform: Platform<P>,
  listTemplates?: (provider: P) => Promise<readonly Listed[]>,
): Record<'searchInboxes' | 'searchTemplates', Search> {
  return {
    async searchInboxes(filter) {
      return searching(this, filter, async () => {
        const { provider } = await connectAccount(this, platform);
        const inboxes = await provider.listInboxes();
        return inboxes.map(({ id, name, channel }) => ({
          name: `${name} (${channel})`,
          value: id,
        }));
      });
    },
    async searchTemplates(filter) {
      return searching(this, filter, async () => {
        const inbox: unknown = this.getCurrentNodeParameter('inbox', { extractValue: true });
        const chosen = typeof inbox === 'string' ? inbox : '';
        if (chosen === '' && listTemplates === undefined) return [];
        const { provider } = await connectAccount(this, platform);
        if (listTemplates !== undefined) return listTemplates(provider);
        const templates = (await provider.listTemplates?.(chosen)) ?? [];
        return templates.map((template) => ({
          name: `${template.name} (${template.language})`,
          value: templateValue(template),
        }));
      });
    },
  };
}

/** Those of a list whose names contain what was typed; an error in the words of n8n. */
export async function searching(
  context: ILoadOptionsFunctions,
  filter: string | undefined,
  list: () => Promise<readonly Listed[]>,
): Promise<INodeListSearchResult> {
  try {
    const wanted = (filter ?? '').toLowerCase();
    const all = await list();
    return { results: all.filter(({ name }) => name.toLowerCase().includes(wanted)) };
  } catch (error) {
    const nodeError = toNodeError(context.getNode(), error, 0);
    return Promise.reject(nodeError);
  }
}

export function templateValue({ name, language }: Pick<Template, 'name' | 'language'>): string {
  return `${name}${SEPARATOR}${language}`;
}

/** A name alone is a template in whatever language the platform takes for it. */
export function parseTemplateValue(value: string): { name: string; language?: string } {
  const at = value.lastIndexOf(SEPARATOR);
  if (at === -1) return { name: value };
  return { name: value.slice(0, at), language: value.slice(at + 1) };
}
