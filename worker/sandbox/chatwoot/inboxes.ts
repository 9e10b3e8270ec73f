import { NOT_ALLOWED, Refusal, unprocessable } from './errors';
import type { Account, Inbox, User } from './rows';

/**
 * An inbox as the list and the show endpoint present it.
 * Chatwoot v4.15.1 app/views/api/v1/models/_inbox.json.jbuilder.
 */
export function inboxView(inbox: Inbox, viewer: User): Record<string, unknown> {
  return {
    id: inbox.id,
    avatar_url: '',
    channel_id: inbox.id,
    name: inbox.name,
    channel_type: inbox.channelType,
    greeting_enabled: false,
    greeting_message: null,
    working_hours_enabled: false,
    enable_email_collect: true,
    csat_survey_enabled: false,
    enable_auto_assignment: true,
    auto_assignment_config: {},
    out_of_office_message: null,
    working_hours: [],
    timezone: 'UTC',
    callback_webhook_url: null,
    allow_messages_after_resolved: true,
    lock_to_single_conversation: inbox.lockToSingleConversation,
    sender_name_type: 'friendly',
    business_name: null,
    provider: inbox.provider,
    ...(inbox.phoneNumber === null ? {} : { phone_number: inbox.phoneNumber }),
    ...channelFields(inbox, viewer),
  };
}

function channelFields(inbox: Inbox, viewer: User): Record<string, unknown> {
  switch (inbox.channelType) {
    case 'Channel::Whatsapp':
      return { message_templates: inbox.templates };
    case 'Channel::TwilioSms':
      return {
        medium: inbox.medium,
        messaging_service_sid: null,
        content_templates: { templates: inbox.contentTemplates },
      };
    case 'Channel::Api':
      return {
        inbox_identifier: `sandbox-inbox-${inbox.id}`,
        webhook_url: null,
        additional_attributes: inbox.additionalAttributes,
        hmac_mandatory: false,
        ...(viewer.role === 'administrator'
          ? { hmac_token: `hmac-${inbox.id}`, secret: `secret-${inbox.id}` }
          : {}),
      };
    case 'Channel::Email':
      return { email: `inbox-${inbox.id}@sandbox.example`, forward_to_email: null };
    case 'Channel::WebWidget':
      return { website_url: 'https://sandbox.example', website_token: `site-${inbox.id}` };
    case 'Channel::Sms':
      return {};
  }
}

/** The inboxes that a token's owner may use: an administrator all, an agent those it is a member of. */
export function usableInboxes(account: Account, user: User): Inbox[] {
  return [...account.inboxes.values()].filter((inbox) => mayUse(inbox, user));
}

/** Chatwoot v4.15.1 app/policies/inbox_policy.rb. */
export function mayUse(inbox: Inbox, user: User): boolean {
  if (!user.accountIds.includes(inbox.accountId)) return false;
  return (
    user.kind === 'agent_bot' || user.role === 'administrator' || user.inboxIds.includes(inbox.id)
  );
}

/** A missing permission is a 401, not a 403. */
export function requireUse(inbox: Inbox, user: User): void {
  if (!mayUse(inbox, user)) throw new Refusal(NOT_ALLOWED);
}

export function requireAdministrator(user: User): void {
  if (user.role !== 'administrator') throw new Refusal(NOT_ALLOWED);
}

/** Refreshes the cached templates: here they always are what they were. */
export function syncTemplates(inbox: Inbox, user: User): void {
  requireAdministrator(user);
  if (inbox.channelType === 'Channel::Whatsapp' || inbox.medium === 'whatsapp') return;
  throw new Refusal(unprocessable('Template sync is only available for WhatsApp channels'));
}
