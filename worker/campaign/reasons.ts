/** Why rows did not end as sent, in words that stand behind a number of them. */
const WORDS: Readonly<Record<string, string>> = {
  no_address: 'no address',
  invalid_address: 'an address that cannot be used',
  invalid_row: 'more cells than the header',
  duplicate: 'the same address as an earlier row',
  no_opt_in: 'no opt-in',
  suppressed: 'suppressed',
  opted_out: 'opted out',
  missing_variable: 'a value of the message is missing',
  invalid_content: 'the message cannot be made',
  invalid_time_zone: 'no usable time zone',
  blocked: 'blocked on the platform',
  excluded: 'excluded',
  expired: 'the campaign expired before their turn',
  cancelled: 'cancelled',
  outside_window: 'outside the reply window, where only a template is delivered',
  template: 'refused because of the template',
  content: 'refused because of the content',
  not_allowed: 'the platform does not allow it',
  other: 'refused by the platform',
  invalid_input: 'cannot be sent as it is',
  not_found: 'the platform does not find the contact or conversation',
  unavailable: 'no answer from the platform in many tries',
  auth_failed: 'refused: the account may not do this',
  unexpected_response: 'an answer that this version does not know',
  lost_answer: 'the answer was lost: nobody can tell whether it was sent',
  restored:
    'the ledger was restored from a copy, and the platform cannot tell whether it was sent before',
  forgotten: 'forgotten: who it was is erased',
  decided: 'decided by a person',
  internal: 'a defect in campaign-runner',
};

export function describeReason(reason: string): string {
  return WORDS[reason] ?? reason.replaceAll('_', ' ');
}
