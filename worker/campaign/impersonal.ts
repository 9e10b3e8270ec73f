import type { Campaign } from '../ledger';

/** Control characters must not reach a terminal, wherever they come from. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '·');
}

/** The platform's words without what looks like somebody's number or e-mail address. */
export function impersonal(text: string): string {
  return printable(text)
    .replace(/[^\s<>"'(]+@[^\s<>"')]+/g, '•••')
    .replace(/\+?\d[\d ().-]{5,}\d/g, '•••');
}

/** Why a campaign is paused. When it paused itself, with the platform's words, which may name a person. */
export function whyOf({ why, paused_by: by }: Pick<Campaign, 'why' | 'paused_by'>): string | null {
  return why !== null && by === 'self' ? impersonal(why) : why;
}
