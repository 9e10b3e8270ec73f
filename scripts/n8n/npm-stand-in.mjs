/**
 * Stands in for npm when n8n installs a package that is not published: answers for the registry with a tarball, and
 * passes the installation itself on to npm.
 *
 *   node npm-stand-in.mjs <tarball> <npm> <what n8n asks of npm>
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { basename } from 'node:path';

const [tarball, npm, command, ...rest] = process.argv.slice(2);
if (command === 'view') {
  const [, version] = /-(\d+\.\d+\.\d+[^/]*)\.tgz$/.exec(tarball);
  console.log(JSON.stringify(version));
} else if (command === 'pack') {
  copyFileSync(tarball, basename(tarball));
  console.log(basename(tarball));
} else if (command === 'install') {
  // It has no dependencies, and asks no registry.
  process.exitCode = spawnSync(npm, [command, ...rest, '--offline'], { stdio: 'inherit' }).status;
} else if (command === 'outdated') {
  console.log('{}');
} else {
  console.error(`n8n asked for npm ${command}, which nobody has thought of`);
  process.exitCode = 1;
}
