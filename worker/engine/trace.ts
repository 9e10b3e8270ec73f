import { type Attributes, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { type Http, NoAnswer } from '../../core/http';
import type { Run } from '../campaign/run';
import { runSlice, type SliceReport } from '../campaign/slice';

/** Without an SDK, which only a process with the standard variables starts, none of this is more than a call. */
const tracer = trace.getTracer('campaign-runner');

/** Each request to a platform as a span: which account, what kind of call, how it ended. No address, and nothing of a body. */
export function tracedHttp(http: Http, account: string, platform: string): Http {
  return (request) => {
    const attributes: Attributes = {
      'campaign_runner.account': account,
      'campaign_runner.platform': platform,
      'campaign_runner.call': request.call,
      'http.request.method': request.method,
    };
    return spanned(`${platform} ${request.call}`, attributes, async (note) => {
      const answer = await http(request);
      note({ 'http.response.status_code': answer.status });
      return answer;
    });
  };
}

/** See `slice.ts`; the requests of a slice are below its span. */
export function tracedSlice(run: Run, stopping: () => boolean): Promise<SliceReport | null> {
  const { campaign } = run;
  const attributes: Attributes = {
    // A single message's name may say who it is for.
    'campaign_runner.campaign': campaign.kind === 'list' ? campaign.name : campaign.ref,
    'campaign_runner.account': campaign.account,
  };
  return spanned('slice', attributes, async (note) => {
    const report = await runSlice(run, stopping);
    if (report !== null) {
      note({
        'campaign_runner.claimed': report.claimed,
        'campaign_runner.settled': report.settled,
      });
    }
    return report;
  });
}

async function spanned<T>(
  name: string,
  attributes: Attributes,
  work: (note: (more: Attributes) => void) => Promise<T>,
): Promise<T> {
  return tracer.startActiveSpan(
    name,
    { kind: name === 'slice' ? SpanKind.INTERNAL : SpanKind.CLIENT, attributes },
    async (span) => {
      try {
        return await work((more) => span.setAttributes(more));
      } catch (error) {
        // A code or a kind of error: words may name a person.
        const type = error instanceof NoAnswer ? error.why : (error as Error).name;
        span.setAttribute('error.type', type);
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.end();
      }
    },
  );
}
