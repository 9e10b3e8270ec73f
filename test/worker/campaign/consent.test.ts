import { describe, expect, test } from 'vitest';
import { readConsent } from '../../../worker/campaign/consent';

const NOW = Date.UTC(2026, 5, 15);

describe('is evidence', () => {
  test.each([
    ['yes'],
    ['Y'],
    ['TRUE'],
    ['1'],
    ['x'],
    ['✓'],
    ['✔️'],
    ['Ja'],
    ['oui'],
    ['Si'],
    ['sí'],
    ['SIM'],
    ['نعم'],
    ['да'],
    ['Opted in'],
    ['opt-in'],
    ['WAHR'],
  ])('%s', (cell) => {
    expect(readConsent(` ${cell} `, NOW)).toEqual({ given: true, evidence: cell, on: null });
  });

  test.each([
    ['2026-01-02', '2026-01-02'],
    ['2026-01-02T10:30:00Z', '2026-01-02'],
    ['2026/1/2 10:30', '2026-01-02'],
    ['31/01/2026', '2026-01-31'],
    ['01/31/2026', '2026-01-31'],
    ['02.01.2026', '2026-01-02'],
    ['02.01.2026 10:30', '2026-01-02'],
    ['02/02/2026', '2026-02-02'],
    ['02/01/2026', null],
  ])('the date %s', (cell, on) => {
    expect(readConsent(cell, NOW)).toEqual({ given: true, evidence: cell, on });
  });
});

describe('is not', () => {
  test.each([
    ['', 'the cell is empty'],
    ['no', 'neither a yes nor a date'],
    ['FALSE', 'neither a yes nor a date'],
    ['0', 'neither a yes nor a date'],
    ['yes?', 'neither a yes nor a date'],
    ['-1', 'neither a yes nor a date'],
    ['maybe', 'neither a yes nor a date'],
    ['unsubscribed', 'neither a yes nor a date'],
    ['31/02/2026', 'neither a yes nor a date'],
    ['99/99/2026', 'neither a yes nor a date'],
    ['2027-01-01', 'the date is in the future'],
  ])('%j', (cell, detail) => {
    expect(readConsent(cell, NOW)).toEqual({ given: false, detail });
  });
});
