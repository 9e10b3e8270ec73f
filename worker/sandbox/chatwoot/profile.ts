import type { User } from './rows';
import type { Store } from './store';

/**
 * `GET /api/v1/profile`; holds the access token, as the real one does.
 * Chatwoot v4.15.1 app/views/api/v1/models/_user.json.jbuilder.
 */
export function profileView(store: Store, user: User, token: string): Record<string, unknown> {
  const [first = 0] = user.accountIds;
  return {
    access_token: token,
    account_id: first,
    available_name: user.name,
    avatar_url: '',
    confirmed: true,
    display_name: null,
    message_signature: null,
    email: user.email,
    id: user.id,
    inviter_id: null,
    name: user.name,
    provider: 'email',
    pubsub_token: 'sandbox-pubsub',
    custom_attributes: {},
    role: user.role,
    ui_settings: {},
    uid: user.email,
    type: null,
    accounts: user.accountIds.map((id) => ({
      id,
      name: store.accounts.get(id)?.name ?? '',
      status: store.accounts.get(id)?.status ?? 'active',
      active_at: null,
      role: user.role,
      permissions: [user.role],
      availability: 'online',
      availability_status: 'online',
      auto_offline: true,
    })),
  };
}
