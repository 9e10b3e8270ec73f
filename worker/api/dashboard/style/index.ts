import { BASE } from './base';
import { CAMPAIGN } from './campaign';
import { PAPER } from './paper';
import { PARTS } from './parts';
import { TABLES } from './tables';
import { TOKENS } from './tokens';

/** The stylesheet: one file, made of plain text. */
export const STYLE = [TOKENS, BASE, PARTS, TABLES, CAMPAIGN, PAPER].join('\n');
