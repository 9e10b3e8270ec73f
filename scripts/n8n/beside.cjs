'use strict';
// Loaded by `node --require` into n8n, and into a runner beside it: it ends with whoever started it, and leaves behind how
// much memory it took at most.
const { writeFileSync } = require('node:fs');
const { Socket } = require('node:net');

// Nothing comes through it. It closes when the process at its other end is no more, however that ended.
const leash = new Socket({ fd: 3 });
leash.on('error', () => {}).on('close', () => process.exit(1));
leash.resume().unref();

process.on('exit', () => {
  const file = process.env.PEAK_MEMORY_FILE;
  if (file) writeFileSync(file, String(process.resourceUsage().maxRSS * 1024));
});
