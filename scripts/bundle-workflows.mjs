import { bundleWorkflowCode } from '@temporalio/worker';

/**
 * The code of these workflows and of everything that they use, as one file. Fails when something of it is not deterministic: a Node
 * built-in, or what uses one.
 *
 * @param {string} workflowsPath
 * @param {{ log: (...words: unknown[]) => void }} [errors] is told why it failed
 * @returns {Promise<string>}
 */
export async function bundleWorkflows(workflowsPath, errors = { log: console.error }) {
  const say = (...words) => errors.log(...words);
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn: say, error: say },
  });
  return code;
}
