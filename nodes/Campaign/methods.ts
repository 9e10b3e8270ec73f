import type { ILoadOptionsFunctions, ResourceMapperFields } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { variableField } from '../shared/mapped';
import { parseTemplateValue, type Search, searching, templateValue } from '../shared/search';
import type {
  GetAccountsByAccountInboxesResponse,
  GetAccountsByAccountTemplatesResponse,
  GetAccountsResponse,
  GetCampaignsResponse,
  Template,
} from './api';
import { createRunner } from './runner';

const PAGE = 100;

type Searches = Record<
  'searchAccounts' | 'searchCampaigns' | 'searchInboxes' | 'searchTemplates',
  Search
>;

/** What the editor asks this node for. */
export const campaignMethods = {
  listSearch: {
    async searchAccounts(filter) {
      return searching(this, filter, async () => {
        const { items } = await createRunner(this).ask<GetAccountsResponse>({
          ...{ method: 'GET', path: '/accounts' },
        });
        return items.map(({ name, platformName }) => ({
          name: `${name} (${platformName})`,
          value: name,
        }));
      });
    },
    async searchCampaigns(filter, after) {
      let next: string | null = null;
      const { results } = await searching(this, filter, async () => {
        const page = await createRunner(this).ask<GetCampaignsResponse>({
          ...{ method: 'GET', path: '/campaigns', query: { limit: PAGE, after } },
        });
        next = page.next;
        return page.items.map(({ name, state }) => ({ name: `${name} (${state})`, value: name }));
      });
      return { results, ...(next !== null && { paginationToken: next }) };
    },
    async searchInboxes(filter) {
      return searching(this, filter, async () => {
        const account = chosen(this, 'account');
        if (account === '') throw chooseFirst(this, 'an account');
        const { items } = await createRunner(this).ask<GetAccountsByAccountInboxesResponse>({
          ...{ method: 'GET', path: `/accounts/${encodeURIComponent(account)}/inboxes` },
        });
        return items.map(({ id, name, channel }) => ({ name: `${name} (${channel})`, value: id }));
      });
    },
    async searchTemplates(filter) {
      return searching(this, filter, async () => {
        if (chosen(this, 'account') === '') throw chooseFirst(this, 'an account');
        if (chosen(this, 'inbox') === '') throw chooseFirst(this, 'an inbox');
        return (await templates(this)).map((template) => ({
          name: `${template.name} (${template.language})`,
          value: templateValue(template),
        }));
      });
    },
  } as Searches,
  resourceMapping: { getTemplateVariables },
};

/** A field for each variable of the chosen template. */
async function getTemplateVariables(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
  const { name, language } = parseTemplateValue(chosen(this, 'template'));
  if (name === '' || chosen(this, 'account') === '' || chosen(this, 'inbox') === '') {
    const emptyFieldsNotice = 'Choose an account, an inbox and a template first.';
    return { fields: [], emptyFieldsNotice };
  }
  const template = (await templates(this)).find(
    (each) =>
      each.name === name &&
      (language === undefined || each.language.toLowerCase() === language.toLowerCase()),
  );
  return {
    fields: (template?.params ?? []).map((param) => variableField(param, template?.body ?? '')),
    emptyFieldsNotice:
      template === undefined
        ? 'The inbox has no such template.'
        : 'The template has no variables, or the platform does not tell them: see Template Parameters.',
  };
}

async function templates(context: ILoadOptionsFunctions): Promise<readonly Template[]> {
  const account = encodeURIComponent(chosen(context, 'account'));
  const { items } = await createRunner(context).ask<GetAccountsByAccountTemplatesResponse>({
    ...{ method: 'GET', path: `/accounts/${account}/templates` },
    query: { inbox: chosen(context, 'inbox') },
  });
  return items;
}

/** A list without anything in it would say that there is nothing to choose from. */
function chooseFirst(context: ILoadOptionsFunctions, what: string): NodeOperationError {
  return new NodeOperationError(context.getNode(), `Choose ${what} first`, {
    description: `The list is that of ${what}; one that an expression gives is not known here`,
  });
}

/** Empty also for an expression that nothing could be put in for yet. */
function chosen(context: ILoadOptionsFunctions, name: string): string {
  const value: unknown = context.getCurrentNodeParameter(name, { extractValue: true });
  return typeof value === 'string' && !value.startsWith('=') ? value.trim() : '';
}
