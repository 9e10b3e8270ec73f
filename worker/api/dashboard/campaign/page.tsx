import type { FC, PropsWithChildren } from 'hono/jsx';
import { allows, type Caller } from '../../auth';
import type { CampaignStatus } from '../../status';
import { Badge } from '../badge';
import { Frame } from '../frame';
import { type Message, Said, Told } from '../note';
import { When } from '../when';
import { Actions } from './actions';
import { Chart } from './chart';
import { Delivery } from './delivery';
import { Progress } from './progress';
import { Reasons, ToDecide } from './reasons';
import { type Chosen, type ResultPage, Results } from './results';
import { brief, Says } from './says';

interface Live {
  readonly status: CampaignStatus;
  readonly caller: Caller;
  readonly now: number;
  /** Messages a second by its own throttle; null: it has none. */
  readonly ownRate: number | null;
}

export const mayAct = (caller: Caller): boolean => allows(caller.scope, 'send');

const Head: FC<{ status: CampaignStatus }> = ({ status }) => (
  <div id="part-head" data-part="">
    <div class="title">
      <h1>{status.name}</h1>
      <Badge state={status.state} large />
    </div>
    <p class="says">
      <Says status={status} />
    </p>
  </div>
);

/** What the script asks for again and again. */
export const CampaignParts: FC<Live> = ({ status, caller, now, ownRate }) => (
  <>
    <Told says={brief(status)} resting={status.endedAt !== null && status.counts.sending === 0} />
    <Head status={status} />
    {mayAct(caller) ? <Actions status={status} ownRate={ownRate} /> : null}
    <ToDecide status={status} mayAct={mayAct(caller)} />
    <Progress status={status} now={now} />
    <Chart status={status} />
    <Delivery status={status} />
    <Reasons status={status} mayAct={mayAct(caller)} />
  </>
);

interface CampaignPageProps extends Live {
  readonly chosen: Chosen;
  readonly page: ResultPage;
  /** What was just done, or why it was not. */
  readonly message: Message | null;
}

export const CampaignPage: FC<CampaignPageProps> = ({
  status,
  caller,
  now,
  ownRate,
  chosen,
  page,
  message,
}) => (
  <Frame title={status.name} here="campaigns" caller={caller} live>
    <nav class="crumb" aria-label="Breadcrumb">
      <a href="/">Campaigns</a>
    </nav>
    <div class="stack">
      <Said message={message} />
      <div class="head">
        <Head status={status} />
        {mayAct(caller) ? <Actions status={status} ownRate={ownRate} /> : null}
      </div>
      <ToDecide status={status} mayAct={mayAct(caller)} />
      <Progress status={status} now={now} />
      <div class="two">
        <Chart status={status} />
        <Delivery status={status} />
      </div>
      <Reasons status={status} mayAct={mayAct(caller)} />
      <Results status={status} chosen={chosen} page={page} mayAct={mayAct(caller)} />
      <About status={status} />
    </div>
  </Frame>
);

const About: FC<{ status: CampaignStatus }> = ({ status }) => (
  <section class="card" aria-labelledby="about">
    <h2 id="about">About it</h2>
    <dl class="facts">
      <Fact label="Account">{status.account}</Fact>
      <Fact label="Made">
        <When at={status.createdAt} />
      </Fact>
      <Fact label="Engine">{status.engine === 'temporal' ? 'Temporal' : 'Embedded'}</Fact>
      <Fact label="Sent by">
        {status.orchestrate === 'message' ? 'a workflow for each row' : 'slices'}
      </Fact>
      {status.expiresAt === null ? null : (
        <Fact label="Expires">
          <When at={status.expiresAt} />
        </Fact>
      )}
      <Fact label="In histories and events">
        <code>{status.ref}</code>
      </Fact>
      <Fact label="In a terminal">
        <code>campaign status {status.name} --watch</code>
      </Fact>
      <Fact label="Over HTTP">
        <code>GET /campaigns/{encodeURIComponent(status.name)}</code>
      </Fact>
    </dl>
  </section>
);

const Fact: FC<PropsWithChildren<{ label: string }>> = ({ label, children }) => (
  <div>
    <dt>{label}</dt>
    <dd>{children}</dd>
  </div>
);
