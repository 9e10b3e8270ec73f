import type { FC } from 'hono/jsx';

/** Nothing is there: how to begin. */
export const Begin: FC = () => (
  <div class="card empty">
    <h2>No campaign yet</h2>
    <p>
      A campaign is one message to a list of people, through one account. Make one in a terminal,
      where the accounts file is:
    </p>
    <pre tabindex={0}>
      campaign init spring{'\n'}campaign check spring/spring.campaign.yaml{'\n'}campaign start
      spring/spring.campaign.yaml
    </pre>
    <p>
      Or let another program make it over <a href="/docs">the HTTP API</a>. It shows up here by
      itself.
    </p>
  </div>
);
