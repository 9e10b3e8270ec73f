import pLimit from 'p-limit';
import { createTransport } from '../worker/http/transport';
import { phone, TEXT, TOKEN } from './campaign';

/**
 * The rival: a bare loop over the same pool with the same bodies, and nothing else — no ledger, no gate, no record of
 * what was sent. One request a message.
 */
export async function loop(
  baseUrl: string,
  inFlight: number,
  n: number,
): Promise<{ seconds: number; cpuSeconds: number }> {
  const { http, close } = createTransport(
    { baseUrl, headers: { 'api-access-token': TOKEN }, query: {} },
    { connections: inFlight },
  );
  const limit = pLimit(inFlight);
  const cpu = process.cpuUsage();
  const began = performance.now();
  await Promise.all(
    Array.from({ length: n }, (_, i) =>
      limit(async () => {
        const key = phone(i);
        const { status } = await http({
          method: 'POST',
          path: '/api/v1/accounts/1/conversations/1/messages',
          json: {
            content: TEXT,
            message_type: 'outgoing',
            private: false,
            content_attributes: { campaign_runner: { key, attempt: 1 } },
            external_created_at: key,
            source_id: key,
          },
          call: 'message',
        });
        if (status !== 200) throw new Error(`answered ${status}`);
      }),
    ),
  );
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await close();
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}
