import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../worker/sandbox';
import { executeInN8n } from '../support/n8n-execution';
import { logIn } from '../support/n8n-owner';
import { importIntoN8n } from '../support/n8n-process';
import { type N8nRunner, startRunner } from '../support/n8n-runner';
import {
  byHand,
  copyExampleData,
  exampleIn,
  exampleWorkflows,
  ready,
  sandboxCredentials,
} from '../support/n8n-workflows';
import { EXAMPLES, type Scene } from './examples';
import { installed, place } from './here';

/** The workflows that we give out, in a real n8n: nothing of them is changed but credentials and the folder of their list. */
describe.skipIf(installed === undefined)('the example', () => {
  const workflows = exampleWorkflows();
  let sandbox: Sandbox;
  let runner: N8nRunner;
  beforeAll(async () => {
    copyExampleData(place.files);
    sandbox = await startSandbox();
  });
  // Whom the runner knows, it knows by the sandbox's numbers: both begin anew.
  beforeEach(async () => {
    runner = await startRunner({ sandbox });
  });
  afterEach(async () => {
    await runner.close();
    sandbox.reset();
  });
  afterAll(() => sandbox?.close());

  it('of each row is there, and each has its row', () => {
    expect([...workflows.keys()]).toEqual(Object.keys(EXAMPLES).sort());
  });

  it.for([...workflows.keys()])('%s', { timeout: 240_000 }, async (name) => {
    const credentials = [...sandboxCredentials(sandbox), runner.credential];
    await importIntoN8n(place, 'credentials', credentials);
    const id = `example-${[...workflows.keys()].indexOf(name)}`;
    const workflow = ready(exampleIn(place.files, name), { id, credentials });
    const scene: Scene = {
      ...{ sandbox, runner },
      async execute(item) {
        await importIntoN8n(place, 'workflow', [byHand(workflow, item)]);
        return executeInN8n(place, id);
      },
      async published(work) {
        await importIntoN8n(place, 'workflow', [workflow]);
        const owner = await logIn(place);
        await owner.publish(id);
        try {
          // n8n publishes first, and activates the trigger soon after.
          await expect.poll(() => owner.kept(id)).not.toBeNull();
          await work();
        } finally {
          await owner.unpublish(id);
        }
      },
    };
    await (EXAMPLES[name] ?? expect.fail())(scene);
  });
});
