import type { Account, DefinedAttribute, Team, User } from './rows';

/** Keys that filters know. */
export function definedKeys(account: Account, of: DefinedAttribute['of']): string[] {
  return account.definedAttributes.filter((each) => each.of === of).map(({ key }) => key);
}

/** Somebody who works in the account, as lists, assignments and conversations show them. Chatwoot's API document, `agent`. */
export function agentView(accountId: number, agent: User): Record<string, unknown> {
  return {
    id: agent.id,
    account_id: accountId,
    availability_status: 'online',
    auto_offline: true,
    confirmed: true,
    email: agent.email,
    available_name: agent.name,
    name: agent.name,
    role: agent.role,
    thumbnail: '',
  };
}

/** Chatwoot's API document, `team`. A team here never picks an agent of its own. */
export function teamView(accountId: number, team: Team, viewer?: User): Record<string, unknown> {
  return {
    id: team.id,
    name: team.name,
    description: team.description,
    allow_auto_assign: false,
    account_id: accountId,
    is_member: viewer !== undefined && team.memberIds.includes(viewer.id),
  };
}

/** Chatwoot's API document, `custom_attribute`, without what is empty here. */
export function definitionView(defined: DefinedAttribute, id: number): Record<string, unknown> {
  return {
    id,
    attribute_display_name: defined.name,
    attribute_display_type: defined.type,
    attribute_description: '',
    attribute_key: defined.key,
    attribute_values: defined.values ?? [],
    attribute_model: `${defined.of}_attribute`,
  };
}
