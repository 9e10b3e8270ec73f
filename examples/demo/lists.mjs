// Two messy lists, as they come out of real offices: one saved by a US spreadsheet in UTF-8, one by a European one in
// Windows-1252 with semicolons. Every number is from a range reserved for fiction. The same lists on every machine.
import { writeFileSync } from 'node:fs';

const FIRST = [
  'Ana',
  'Zoë',
  'José',
  'Jürgen',
  'Siân',
  'Mia',
  'Noah',
  'Olivia',
  'Renée',
  'Liam',
  'Chloé',
  'Bjørn',
];
const CODES = [
  202, 212, 213, 214, 215, 303, 305, 312, 313, 404, 415, 503, 512, 602, 615, 617, 619, 702, 713,
  718,
];

const CENTRAL = new Set([214, 312, 512, 615, 713]);

/** A generator of its own, so that the lists do not change with the version of Node. */
function dice(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const quote = (cell, delimiter) =>
  /["\n]/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell;

/** US numbers, UTF-8 with a byte order mark, commas. Returns how many rows it has. */
export function writeAmerica(file) {
  const roll = dice(7);
  const rows = [];
  for (const code of CODES) {
    for (let n = 100; n < 200; n += 1) {
      const styles = [
        `(${code}) 555-0${n}`,
        `${code}-555-0${n}`,
        `+1 ${code} 555 0${n}`,
        `1${code}5550${n}`,
      ];
      rows.push({
        Mobile: styles[Math.floor(roll() * styles.length)],
        'First name': roll() < 0.04 ? '' : FIRST[Math.floor(roll() * FIRST.length)],
        'Order no': String(40_000 + rows.length),
        'Opted in': roll() < 0.03 ? 'no' : 'yes',
        TZ: CENTRAL.has(code) ? 'America/Chicago' : 'America/New_York',
        Note: roll() < 0.02 ? 'said "call me",\nthen hung up' : '',
      });
    }
  }
  spoil(rows, roll, ['555-CALL-NOW', '12', '', '2.02555E+09', '+1 202 555', 'see e-mail']);
  const header = Object.keys(rows[0]);
  const lines = rows.map((row) => header.map((name) => quote(row[name], ',')).join(','));
  writeFileSync(file, `\uFEFF${header.join(',')}\r\n${lines.join('\r\n')}\r\n`, 'utf8');
  return rows.length;
}

/** British and Australian numbers, Windows-1252, semicolons, an Excel `sep=` line. */
export function writeElsewhere(file) {
  const roll = dice(11);
  const rows = [];
  for (let n = 0; n < 1000; n += 1) {
    rows.push(
      european(`020 7946 0${String(n).padStart(3, '0')}`, 'Europe/London', roll, rows.length),
    );
  }
  for (const end of ['006', '156', '157', '158', '159', '110']) {
    rows.push(european(`+61 491 570 ${end}`, 'Australia/Sydney', roll, rows.length));
  }
  for (let n = 0; n < 1000; n += 1) {
    // Cardiff: 029 2018 0xxx.
    rows.push(
      european(`0044 29 2018 0${String(n).padStart(3, '0')}`, 'Europe/London', roll, rows.length),
    );
  }
  spoil(rows, roll, ['keine', '0', '', '020 79']);
  const header = Object.keys(rows[0]);
  const lines = rows.map((row) => header.map((name) => quote(row[name], ';')).join(';'));
  writeFileSync(
    file,
    Buffer.from(`sep=;\r\n${header.join(';')}\r\n${lines.join('\r\n')}\r\n`, 'latin1'),
  );
  return rows.length;
}

function european(phone, zone, roll, n) {
  return {
    Téléphone: phone,
    Prénom: roll() < 0.04 ? '' : FIRST[Math.floor(roll() * FIRST.length)],
    Commande: roll() < 0.01 ? '' : String(70_000 + n),
    Accord: roll() < 0.03 ? '' : '2026-01-15',
    Fuseau: zone,
  };
}

/** Bad numbers and people who are in the list twice, in places that the dice choose. */
function spoil(rows, roll, bad) {
  const phone = Object.keys(rows[0])[0];
  for (let n = 0; n < 60; n += 1) {
    rows[Math.floor(roll() * rows.length)][phone] = bad[n % bad.length];
  }
  for (let n = 0; n < 80; n += 1) {
    const twin = rows[Math.floor(roll() * rows.length)];
    rows.splice(Math.floor(roll() * rows.length), 0, { ...twin });
  }
}
