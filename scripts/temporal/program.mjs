/** What it takes to look for a program and to run one: bounded in time, with a reason in one line where it fails. */
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * The file that a shell would run for `name`, or undefined.
 *
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 */
export function onPath(name, env) {
  return (env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isProgram);
}

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * What the program printed. Fails with one line: its last words, or that it took longer than `withinMs`, after which it
 * is killed.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{ env: NodeJS.ProcessEnv, withinMs: number, cwd?: string }} options
 * @returns {Promise<string>}
 */
export function run(program, args, { env, withinMs, cwd = '/' }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, withinMs);
    child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (err = (err + text).slice(-20_000)));
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(new Error(error.code ?? error.message));
    });
    const settle = (code, signal) => {
      clearTimeout(timer);
      if (late) reject(new Error(`took longer than ${withinMs / 1_000} s`));
      else if (code === 0) resolve(out);
      else reject(new Error(`ended with ${signal ?? code}${lastWords(err || out)}`));
    };
    child.on('close', settle);
    // A grandchild that lives on keeps the pipes open, and nothing would ever close.
    child.on('exit', (code, signal) => {
      if (late) settle(code, signal);
    });
  });
}

/** A password in the address of a package index stays out of the reason. */
function lastWords(text) {
  const line = text.trim().split('\n').at(-1) ?? '';
  const safe = line.replaceAll(/\/\/[^/\s@]+@/g, '//').slice(0, 200);
  return safe === '' ? '' : `: ${safe}`;
}

/**
 * Surroundings in which a temporal command reads and alters nothing of the user's: `home` takes the place of the home
 * folder, and no variable of Temporal's is passed on.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {string} home
 * @returns {NodeJS.ProcessEnv}
 */
export function secluded(env, home) {
  const rest = Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_'));
  return { ...Object.fromEntries(rest), HOME: home, USERPROFILE: home, XDG_CONFIG_HOME: home };
}
