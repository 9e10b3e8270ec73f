import type { FC } from 'hono/jsx';
import { PROBLEMS } from '../problem';
import { Words } from './words';

const Code: FC<{ text: string }> = ({ text }) => (
  <pre tabindex={0}>
    <code>{text}</code>
  </pre>
);

const AUTH = '-H "Authorization: Bearer $CAMPAIGN_KEY"';
const JSON_TYPE = "-H 'Content-Type: application/json'";

/** From nothing to the results of a campaign. */
export const Begin: FC<{ base: string }> = ({ base }) => {
  const spring = `${base}/campaigns/spring-recall`;
  return (
    <section id="begin" class="card prose" aria-labelledby="begin-title">
      <h2 id="begin-title">Begin</h2>
      <p>
        JSON in and out. Times are ISO 8601 in UTC. What is not known in a request is refused and
        never ignored, so that a mistyped name does not pass unseen.
      </p>
      <ol>
        <li>
          Make a key where the runner runs, and keep it: it is shown once. As long as there is no
          key at all, requests from the same machine are let in without one; then leave it empty.
          <Code text={'campaign keys create my-program --scope send\nexport CAMPAIGN_KEY=crk_…'} />
        </li>
        <li>
          See which accounts there are, and the inboxes of one.
          <Code
            text={`curl ${AUTH} ${base}/accounts
curl ${AUTH} ${base}/accounts/support-inbox/inboxes`}
          />
        </li>
        <li>
          Create a campaign. Nothing is sent yet.
          <Code
            text={`curl ${AUTH} ${base}/campaigns \\
  ${JSON_TYPE} \\
  -H 'Idempotency-Key: spring-2026' \\
  -d '{
    "name": "spring-recall",
    "account": "support-inbox",
    "inbox": "3",
    "consent": { "method": "signup form" },
    "message": { "text": "Hi {{ firstName }}, your order is ready." },
    "audience": { "country": "US" }
  }'`}
          />
        </li>
        <li>
          Upload its list, of any size, with a header line. It is kept, and read at once: look at
          the campaign until its state is <code>ready</code>.
          <Code
            text={`printf 'phone,firstName\\n+12025550123,Ada\\n' > list.csv
curl ${AUTH} -T list.csv ${spring}/list \\
  -H 'Content-Type: text/csv'
curl ${AUTH} ${spring}`}
          />
        </li>
        <li>
          See what would become of it, start it, and read what became of it.
          <Code
            text={`curl ${AUTH} -X POST ${spring}/check
curl ${AUTH} -X POST ${spring}/start
curl ${AUTH} ${spring}/results.csv`}
          />
        </li>
        <li>
          Or send a single message. The key names it for good: it is never sent twice.
          <Code
            text={`curl ${AUTH} ${base}/sends \\
  ${JSON_TYPE} \\
  -H 'Idempotency-Key: order-1001' \\
  -d '{
    "account": "support-inbox",
    "inbox": "3",
    "to": "+12025550123",
    "text": "Your order 1001 is ready."
  }'`}
          />
        </li>
      </ol>
    </section>
  );
};

/** What holds for every route. */
export const Rules: FC<{ base: string }> = ({ base }) => (
  <>
    <section id="keys" class="card prose" aria-labelledby="keys-title">
      <h2 id="keys-title">Keys and scopes</h2>
      <p>
        <Words text="Every request carries `Authorization: Bearer …`. A key has one scope: `read` looks, `send` also creates and controls, `admin` also takes people off the list of suppressions, deletes, and reads the audit. Each has all before it." />
      </p>
      <p>
        <Words text="Only a hash of a key is kept. `campaign keys rotate` gives a new one beside the old, which ends after a while; a key that is revoked stops within five seconds. What a key does stands in the audit under its name." />
      </p>
    </section>
    <section id="pages" class="card prose" aria-labelledby="pages-title">
      <h2 id="pages-title">Pages</h2>
      <p>
        <Words text='Lists come in pages: `{"items": […], "next": "…"}`. Ask for the next page with `next` as `after`, and stop when it is null. `limit` says how many at most.' />
      </p>
    </section>
    <section id="once" class="card prose" aria-labelledby="once-title">
      <h2 id="once-title">Doing a thing once</h2>
      <p>
        <Words text="What creates something takes an `Idempotency-Key`: the same request with the same key is done once, and answered with what the first one answered, for seven days, with `Idempotency-Replayed: true`. Another request with the same key is refused (`idempotency_key_reused`), and one that comes while the first is being answered is told so (`busy`). A request that was refused has changed nothing, so its key stays free. Keys are yours: another key of the API may use the same." />
      </p>
      <p>
        <Words text="So after a lost answer give the same request with the same key again. For `POST /sends` it is needed, and names the message for good: nobody gets it twice." />
      </p>
    </section>
    <section id="following" class="card prose" aria-labelledby="following-title">
      <h2 id="following-title">Following events</h2>
      <p>
        <Words text="Ask after what you have read, and keep `next`: events come in the order in which they were written down, none is missing and none comes twice. `wait` holds the answer back until there is one. Events are kept for seven days; who comes later is told `cursor_gone`, and begins anew." />
      </p>
      <Code
        text={`curl ${AUTH} '${base}/events?after=latest'
curl ${AUTH} '${base}/events?wait=30&types=replied,opted_out'
curl ${AUTH} -N ${base}/events -H 'Accept: text/event-stream'`}
      />
    </section>
    <section id="limits" class="card prose" aria-labelledby="limits-title">
      <h2 id="limits-title">Limits</h2>
      <p>
        <Words text="A body of JSON has 1 MB at the most, a chunk of recipients 16 MB; a list may have any size, as long as it keeps coming. A key may ask 50 times a second, and 200 times at once after a pause; then it is told `rate_limited` and, in `Retry-After`, for how many seconds. Other websites get nothing: there is no CORS." />
      </p>
    </section>
    <section id="errors" class="card" aria-labelledby="errors-title">
      <div class="prose">
        <h2 id="errors-title">Errors</h2>
        <p>
          <Words text="What goes wrong is answered as `application/problem+json` (RFC 9457). `code` is for programs; `detail` is for a person, and names nobody; `errors` names every place of the request that is wrong." />
        </p>
      </div>
      <div class="scroll" tabindex={0} role="group" aria-label="Codes of errors">
        <table class="codes">
          <thead>
            <tr>
              <th scope="col">Code</th>
              <th scope="col">Status</th>
              <th scope="col">What it says</th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(PROBLEMS).map(([code, [status, title, more]]) => (
              <tr id={code}>
                <th scope="row">
                  <code>{code}</code>
                </th>
                <td>{status}</td>
                <td>
                  {title}. <Words text={more} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  </>
);

/** Places of this file, for the table of contents. */
export const PLACES = [
  ['begin', 'Begin'],
  ['keys', 'Keys and scopes'],
  ['pages', 'Pages'],
  ['once', 'Doing a thing once'],
  ['following', 'Following events'],
  ['limits', 'Limits'],
  ['errors', 'Errors'],
] as const;
