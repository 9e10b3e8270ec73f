import { inject } from 'vitest';
import type { N8nPlace } from '../support/n8n-process';
import type { InstalledNodes } from '../support/real-n8n';

// Only `-c vitest.n8n.config.mts` starts one.
const n8n = inject('n8n') as ReturnType<typeof inject<'n8n'>> | undefined;
const found = n8n === undefined || 'missing' in n8n ? undefined : n8n;

/** What n8n says that it installed; undefined where there is no n8n, and nothing is to be tested. */
export const installed: InstalledNodes | undefined = found?.installed;
export const place = found?.place as N8nPlace;
