/** The shop's own worker. It runs the shop's workflows; the runner's run in `campaign worker --engine temporal`. */
import { NativeConnection, Worker } from '@temporalio/worker';
import { connectRunner } from 'campaign-runner';
import { createOrderActivities } from './activities';

async function main(): Promise<void> {
  const runner = await connectRunner({
    ledger: process.env['DATABASE_URL'] ?? '.campaign/ledger.db',
    accounts: 'accounts.yaml',
  });
  const connection = await NativeConnection.connect({
    address: process.env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233',
  });
  const worker = await Worker.create({
    connection,
    taskQueue: 'shop',
    workflowsPath: require.resolve('./workflows'),
    activities: createOrderActivities(runner, async () => ({
      phone: '+12025550123',
      name: 'Ada Example',
    })),
  });
  try {
    await worker.run();
  } finally {
    await connection.close();
    await runner.close();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
