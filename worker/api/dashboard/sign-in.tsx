import type { FC } from 'hono/jsx';
import { Frame } from './frame';
import { Icon } from './icons';
import { type Message, Said } from './note';

interface SignInProps {
  /** Where to go then: a path of ours. */
  readonly next: string;
  readonly message: Message | null;
  /** There is no key at all that anybody could have. */
  readonly noKey: boolean;
}

export const SignInPage: FC<SignInProps> = ({ next, message, noKey }) => (
  <Frame title="Sign in" caller={null}>
    <div class="sheet stack">
      <h1>Sign in</h1>
      <Said message={message} />
      {noKey ? (
        <div class="note">
          <Icon name="ready" />
          <p>
            There is no key yet. Make one where the ledger is:{' '}
            <code>campaign keys create NAME --scope admin</code>
          </p>
        </div>
      ) : null}
      <form class="card stack" method="post" action="/ui/sign-in">
        <input type="hidden" name="next" value={next} />
        <div class="field">
          <label for="key">API key</label>
          <input
            id="key"
            name="key"
            type="password"
            required
            maxlength={200}
            autocomplete="current-password"
            spellcheck={false}
            autocapitalize="off"
            aria-describedby="key-hint"
          />
          <p class="hint" id="key-hint">
            It begins with <code>crk_</code>. What you may do here is what it allows. You stay
            signed in for twelve hours, or until the key is revoked.
          </p>
        </div>
        <button type="submit" class="main">
          Sign in
        </button>
      </form>
    </div>
  </Frame>
);
