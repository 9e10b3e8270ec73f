import type { Answer } from '../platform';
import { asId } from './casts';
import { agentView, definitionView, teamView } from './directory';
import { type Ask, conversationOf, type Endpoint, ok } from './endpoint';

/** Who works in an account, what it defines, and whom a conversation is handed to: by Chatwoot's API document. */
export const DIRECTORY_ENDPOINTS: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/agents',
    answer: ({ account }) =>
      ok([...account.agents.values()].map((agent) => agentView(account.id, agent))),
  },
  {
    method: 'GET',
    path: '/teams',
    answer: ({ account, user }) =>
      ok([...account.teams.values()].map((team) => teamView(account.id, team, user))),
  },
  { method: 'GET', path: '/custom_attribute_definitions', answer: definitions },
  { method: 'POST', path: '/conversations/:id/assignments', access: 'bots', answer: assign },
];

/** Of both kinds where none is asked for. */
function definitions({ account, call }: Ask): Answer {
  const of = { '0': 'conversation', '1': 'contact' }[call.query.get('attribute_model') ?? ''];
  const rows = account.definedAttributes.map((defined, at) => ({ defined, id: at + 1 }));
  return ok(
    rows
      .filter(({ defined }) => of === undefined || defined.of === of)
      .map(({ defined, id }) => definitionView(defined, id)),
  );
}

/** With an agent no team is looked at. One that is not there takes the assignment away, and is answered with nothing. */
function assign(ask: Ask): Answer {
  const { account, params, user, store } = ask;
  const conversation = conversationOf(ask);
  conversation.updatedMs = store.now();
  if (params.assignee_id !== undefined) {
    const agent = account.agents.get(asId(params.assignee_id) ?? 0);
    conversation.assignee = agent ?? null;
    return ok(agent === undefined ? null : agentView(account.id, agent));
  }
  if (params.team_id === undefined) return ok(null);
  const team = account.teams.get(asId(params.team_id) ?? 0);
  conversation.team = team ?? null;
  return ok(team === undefined ? null : teamView(account.id, team, user));
}
