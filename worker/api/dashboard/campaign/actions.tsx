import type { FC } from 'hono/jsx';
import type { CampaignStatus } from '../../status';
import { Icon } from '../icons';
import { count } from '../words';

/** The path of a campaign's page, and of what is done to it. */
export function pathOf(name: string, more = ''): string {
  return `/ui/campaigns/${encodeURIComponent(name)}${more}`;
}

/** What may be done to a campaign in its state, by somebody who may. */
export const Actions: FC<{ status: CampaignStatus; ownRate: number | null }> = ({
  status,
  ownRate,
}) => {
  const { name, state, counts } = status;
  const over = state === 'finished' || state === 'cancelled';
  return (
    <div class="actions" id="part-actions" data-part="">
      {state === 'ready' ? <Press name={name} action="start" label="Start" icon="running" /> : null}
      {state === 'paused' ? (
        <Press name={name} action="resume" label="Resume" icon="running" />
      ) : null}
      {state === 'running' ? <Pause name={name} /> : null}
      {over || state === 'importing' ? null : <Rate status={status} ownRate={ownRate} />}
      {over ? null : (
        <a class="button danger" id="cancel" href={pathOf(name, '/cancel')}>
          Cancel…
        </a>
      )}
      {state === 'finished' && counts.failed > 0 ? (
        <Press name={name} action="retry" label={`Retry ${count(counts.failed)} failed`} />
      ) : null}
    </div>
  );
};

const Press: FC<{ name: string; action: string; label: string; icon?: 'running' }> = ({
  name,
  action,
  label,
  icon,
}) => (
  <form method="post" action={pathOf(name, `/${action}`)} id={`form-${action}`}>
    <button type="submit" class={icon === undefined ? '' : 'main'} id={action}>
      {icon === undefined ? null : <Icon name={icon} />}
      {label}
    </button>
  </form>
);

const Pause: FC<{ name: string }> = ({ name }) => (
  <details data-panel="" id="panel-pause">
    <summary class="button main" id="pause">
      <Icon name="paused" />
      Pause
    </summary>
    <form method="post" action={pathOf(name, '/pause')}>
      <div class="field">
        <label for="why">Why (may be left out)</label>
        <input
          id="why"
          name="why"
          type="text"
          maxlength={500}
          autocomplete="off"
          aria-describedby="why-hint"
        />
        <p class="hint" id="why-hint">
          Shown to whoever looks at the campaign. What is on its way is finished; nothing new
          begins.
        </p>
      </div>
      <button type="submit" class="main">
        Pause it
      </button>
    </form>
  </details>
);

const Rate: FC<{ status: CampaignStatus; ownRate: number | null }> = ({
  status: { name },
  ownRate,
}) => (
  <details data-panel="" id="panel-rate">
    <summary class="button" id="rate">
      Rate…
    </summary>
    <form method="post" action={pathOf(name, '/rate')}>
      <div class="field">
        <label for="per-second">Messages a second, at the most</label>
        <input
          id="per-second"
          name="perSecond"
          type="number"
          inputmode="decimal"
          min="0.001"
          max="100000"
          step="any"
          value={ownRate === null ? '' : String(ownRate)}
          aria-describedby="per-second-hint"
        />
        <p class="hint" id="per-second-hint">
          Empty: only the account's own limit holds. It counts from the next message on.
        </p>
      </div>
      <button type="submit" class="main">
        Change the rate
      </button>
    </form>
  </details>
);
