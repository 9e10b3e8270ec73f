#!/usr/bin/env node
// In a clone npm links this file before anything is built; the commands themselves are in dist.
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const main = join(__dirname, '../dist/worker/cli/main.js');
if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(`campaign needs Node 24 or newer; this is ${process.version}.`);
  process.exit(2);
}
if (!existsSync(main)) {
  console.error('campaign is not built yet. In a clone: npm run build');
  process.exit(2);
}
require(main);
