import type { MiddlewareHandler } from 'hono';
import { actingAs } from '../ledger';
import { allows, callerOf } from './auth';
import { readText } from './body';
import { once } from './idempotency';
import { ApiProblem } from './problem';
import type { ApiEnv, Terms } from './route';

type Step = MiddlewareHandler<ApiEnv>;

/** What stands before every route: who asks, its body within bounds, an answer in time, and nothing done twice. */
export function guard({ scope, body, once: isOnce, patient }: Terms): Step[] {
  return [
    ...(scope === null ? [] : [admit(scope)]),
    ...(body === 'json' || body === 'chunk' ? [takeBody(body)] : []),
    ...(patient === true || body === 'stream' ? [] : [inTime]),
    ...(isOnce === true ? [once] : []),
  ];
}

/** Lets in whoever has a key that allows it; what they do is written down under its name. */
function admit(scope: NonNullable<Terms['scope']>): Step {
  return async (context, next) => {
    const caller = await callerOf(context);
    if (caller === null) throw unauthorized(context.req.header('authorization') !== undefined);
    if (!allows(caller.scope, scope)) {
      throw new ApiProblem(
        'forbidden',
        `This needs a key with the scope "${scope}"; this one has "${caller.scope}".`,
      );
    }
    context.var.frame.charge(caller);
    context.set('caller', caller);
    await actingAs(caller.name, next);
  };
}

function unauthorized(given: boolean): ApiProblem {
  const challenge = 'Bearer realm="campaign-runner"';
  return new ApiProblem(
    'unauthorized',
    given ? 'This key is not known, or not any more.' : undefined,
    {
      headers: { 'www-authenticate': given ? `${challenge}, error="invalid_token"` : challenge },
    },
  );
}

function takeBody(kind: 'json' | 'chunk'): Step {
  return async (context, next) => {
    const { jsonBytes, chunkBytes, bodyMs } = context.var.frame.limits;
    const most = kind === 'json' ? jsonBytes : chunkBytes;
    const read = await readText(context.req.raw, { most, withinMs: bodyMs });
    // Where Hono itself keeps what was read: as a promise, whatever its type says.
    context.req.bodyCache.text = Promise.resolve(read) as unknown as string;
    await next();
  };
}

const inTime: Step = async (context, next) => {
  const { answerMs } = context.var.frame.limits;
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), answerMs);
  });
  try {
    if ((await Promise.race([next(), tooLate])) !== 'late') return;
  } finally {
    clearTimeout(timer);
  }
  throw new ApiProblem(
    'overloaded',
    'It took too long. It may still be done: look before asking again.',
    {
      headers: { 'retry-after': '5' },
    },
  );
};
