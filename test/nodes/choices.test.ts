import type { IDataObject, ILoadOptionsFunctions, INodeType } from 'n8n-workflow';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Bird } from '../../nodes/Bird/Bird.node';
import { type Sandbox, startSandbox } from '../../worker/sandbox';
import { SMS, WORKSPACE } from '../../worker/sandbox/bird/options';
import { onChatwoot } from '../support/n8n-chatwoot';
import { fakeContext } from '../support/n8n-context';

/** What the editor asks a node for: the lists to choose from, and the fields to fill in. */

const { sandbox, nodes } = onChatwoot();

/** As the editor calls it, with the parameters that are set so far. */
function asked(credentials: IDataObject, parameters: IDataObject = {}): ILoadOptionsFunctions {
  const { context } = fakeContext({
    parameters,
    credentials,
    http: async ({ url }) => {
      const token = { 'api-access-token': 'sandbox-token', authorization: 'AccessKey sandbox-key' };
      const answer = await fetch(url, { headers: token });
      return { statusCode: answer.status, body: await answer.text() };
    },
  });
  return context;
}

describe.each([0, 1] as const)('of %i (Chatwoot, Bevatel)', (index) => {
  const of = () => {
    const { node, fields } = nodes()[index] ?? expect.fail('no node');
    return { ...node.methods, fields };
  };

  it('conversations: the latest ones with who it is, a page at a time, by a name or a number', async () => {
    const seed = index === 0 ? sandbox().chatwoot.seed : sandbox().bevatel.seed;
    for (let n = 0; n < 60; n += 1) {
      const phone = `+120255501${String(n).padStart(2, '0')}`;
      seed.contact({ name: n === 3 ? 'Ada Lovelace' : `P${n}`, phone_number: phone });
      seed.incoming({ phone, inboxId: 1, ageMs: (60 - n) * 60_000 });
    }
    const { listSearch, fields } = of();
    const search = (filter?: string, token?: string) =>
      listSearch.searchConversations.call(asked(fields), filter, token);
    const first = await search();
    expect(first.results).toHaveLength(25);
    expect(first.results[0]).toEqual({ name: '#60 P59 +12025550159 (open)', value: '60' });
    const second = await search(undefined, first.paginationToken);
    const third = await search(undefined, second.paginationToken);
    expect(third.results).toHaveLength(10);
    expect(third).not.toHaveProperty('paginationToken');
    const ada = [{ name: '#4 Ada Lovelace +12025550103 (open)', value: '4' }];
    // Of the last page, though only somebody who scrolls would see it.
    await expect(search('ada')).resolves.toEqual({ results: ada });
    await expect(search('#4 ')).resolves.toEqual({ results: ada });
  });

  it('agents and teams, and nobody', async () => {
    const { listSearch, fields } = of();
    const nobody = { name: '(Nobody)', value: '0' };
    await expect(listSearch.searchAgents.call(asked(fields))).resolves.toEqual({
      results: [
        nobody,
        { name: 'Sandbox Admin', value: '1' },
        { name: 'Emma Woodhouse', value: '7' },
        { name: 'Phileas Fogg', value: '8' },
      ],
    });
    await expect(listSearch.searchTeams.call(asked(fields), 'BILL')).resolves.toEqual({
      results: [{ name: 'billing', value: '2' }],
    });
  });

  it('the variables of the chosen template, with the words around them', async () => {
    const { resourceMapping, fields } = of();
    const variables = (template: string, inbox = '2') =>
      resourceMapping.getTemplateVariables.call(
        asked(fields, {
          inbox: { mode: 'id', value: inbox },
          template: { mode: 'list', value: template },
        }),
      );
    const shown = { required: true, display: true, type: 'string', defaultMatch: false };
    expect((await variables('order_update|en')).fields).toMatchObject([
      { id: '1', displayName: '1: …Hi {{1}}, your order {{2}} i…', ...shown },
      { id: '2', displayName: expect.stringContaining('your order {{2}} is ready'), ...shown },
    ]);
    expect((await variables('spring_recall|EN_us')).fields.map(({ id }) => id)).toEqual([
      'first_name',
    ]);
    for (const [template, inbox, words] of [
      ['', '2', 'Choose an inbox and a template first.'],
      ['order_update|en', '', 'Choose an inbox and a template first.'],
      ['={{ $json.template }}', '2', 'Choose an inbox and a template first.'],
      ['other|en', '2', 'The inbox has no such template.'],
    ] as const) {
      await expect(variables(template, inbox)).resolves.toEqual({
        fields: [],
        emptyFieldsNotice: words,
      });
    }
  });

  it('the attributes that the account defines, each as what it is', async () => {
    const { resourceMapping, fields } = of();
    const { fields: ofContact } = await resourceMapping.getContactAttributes.call(asked(fields));
    expect(ofContact.map(({ id, type, options }) => [id, type, options])).toEqual([
      ...[
        ['city', 'string', undefined],
        ['visits', 'number', undefined],
      ],
      [
        'plan',
        'options',
        [
          { name: 'free', value: 'free' },
          { name: 'paid', value: 'paid' },
        ],
      ],
      ...[
        ['vip', 'boolean', undefined],
        ['since', 'dateTime', undefined],
      ],
    ]);
    const ofConversation = await resourceMapping.getConversationAttributes.call(asked(fields));
    expect(ofConversation.fields.map(({ id, displayName }) => [id, displayName])).toEqual([
      ['order', 'Order'],
    ]);
  });

  it('or the reason why there is none, in the words of the platform', async () => {
    const { resourceMapping, listSearch, fields } = of();
    const other = { ...fields, accountId: '9' };
    const mapping = resourceMapping.getTemplateVariables.call(
      asked(other, {
        inbox: { mode: 'id', value: '2' },
        template: { mode: 'list', value: 'order_update|en' },
      }),
    );
    await expect(mapping).rejects.toMatchObject({ name: 'NodeApiError' });
    await expect(listSearch.searchConversations.call(asked(other))).rejects.toMatchObject({
      name: 'NodeApiError',
    });
  });
});

describe('of Bird', () => {
  let birds: Sandbox;
  beforeAll(async () => {
    birds = await startSandbox();
  });
  afterEach(() => birds.reset());
  afterAll(() => birds.close());

  it('conversations: by their name, or their id where they have none', async () => {
    const fields = { workspaceId: WORKSPACE, accessKey: 'sandbox-key', url: `${birds.url}/bird` };
    const opened: string[] = [];
    for (const name of ['Order A-7', '']) {
      const answer = await fetch(`${birds.url}/bird/workspaces/${WORKSPACE}/conversations`, {
        method: 'POST',
        headers: { authorization: 'AccessKey sandbox-key', 'content-type': 'application/json' },
        body: JSON.stringify({
          name,
          channelId: SMS,
          participants: [
            {
              ...{ type: 'contact', identifierKey: 'phonenumber' },
              identifierValue: `+1202555012${opened.length}`,
            },
          ],
        }),
      });
      opened.push(((await answer.json()) as { id: string }).id);
    }
    const { searchConversations } = (new Bird() as INodeType).methods?.listSearch ?? {};
    const results = await searchConversations?.call(asked(fields));
    expect(results?.results).toEqual(
      expect.arrayContaining([
        { name: 'Order A-7 (active)', value: opened[0] },
        { name: `${opened[1]} (active)`, value: opened[1] },
      ]),
    );
    const found = await searchConversations?.call(asked(fields), 'a-7');
    expect(found).toEqual({ results: [{ name: 'Order A-7 (active)', value: opened[0] }] });
  });
});
