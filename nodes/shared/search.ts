import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import type { Template } from '../../providers/provider';
import { toNodeError } from './errors';
import { connectAccount, type Platform } from './platform';

/** Between name and language in the value of a template. */
const SEPARATOR = '|';

type Search = (
  this: ILoadOptionsFunctions,
  filter?: string,
  paginationToken?: string,
) => Promise<INodeListSearchResult>;

/** The lists behind a platform's resource locators. */
export function listSearchOf(
  platform: Platform,
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
        if (typeof inbox !== 'string' || inbox === '') return [];
        const { provider } = await connectAccount(this, platform);
        const templates = (await provider.listTemplates?.(inbox)) ?? [];
        return templates.map((template) => ({
          name: `${template.name} (${template.language})`,
          value: templateValue(template),
        }));
      });
    },
  };
}

async function searching(
  context: ILoadOptionsFunctions,
  filter: string | undefined,
  list: () => Promise<{ name: string; value: string }[]>,
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

function templateValue({ name, language }: Pick<Template, 'name' | 'language'>): string {
  return `${name}${SEPARATOR}${language}`;
}

/** A name alone is a template in whatever language the platform takes for it. */
export function parseTemplateValue(value: string): { name: string; language?: string } {
  const at = value.lastIndexOf(SEPARATOR);
  if (at === -1) return { name: value };
  return { name: value.slice(0, at), language: value.slice(at + 1) };
}
