/**
 * What a page does in the browser; without it everything works, and stands still. It shows moments in the browser's zone, and asks for the page's
 * live parts again every few seconds while somebody looks, and at once when the runner tells that a campaign changed. What has not changed is not
 * touched: focus, an open field and a selection stay where they are. Only a change of what a page says of itself is announced.
 */
export const SCRIPT = `'use strict';
(() => {
  const byId = (id) => document.getElementById(id);
  const put = (node, text) => { if (node && node.textContent !== text) node.textContent = text; };

  const day = (at) => at.toDateString();
  const minute = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
  const second = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
  const short = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  function localise(root) {
    const today = day(new Date());
    for (const node of root.querySelectorAll('time[data-when]')) {
      const at = new Date(node.dateTime);
      if (!node.title) node.title = node.textContent;
      put(node, day(at) !== today ? short.format(at) : node.dataset.when === 'second' ? second.format(at) : minute.format(at));
    }
  }
  localise(document);
  put(document.querySelector('[data-zone]'), 'Times are in ' + Intl.DateTimeFormat().resolvedOptions().timeZone);

  // A message of what was just done is not said again when the page is loaded anew.
  const here = new URL(location.href);
  if (here.searchParams.has('done')) {
    here.searchParams.delete('done');
    here.searchParams.delete('n');
    history.replaceState(null, '', here);
  }

  // A page may name the element to begin at: what went wrong.
  const first = document.querySelector('[data-focus]');
  if (first) first.focus();

  // One form at a time, and Escape closes it.
  const panels = () => document.querySelectorAll('details[data-panel][open]');
  document.addEventListener('toggle', ({ target }) => {
    if (!target.open || !target.matches('details[data-panel]')) return;
    for (const other of panels()) if (other !== target) other.open = false;
    target.querySelector('input')?.focus();
  }, true);
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape') return;
    for (const panel of panels()) {
      panel.open = false;
      panel.querySelector('summary').focus();
    }
  });

  const main = document.querySelector('main[data-live]');
  if (!main) return;

  /** Makes one tree like another, and leaves alone what is the same. */
  function morph(old, fresh) {
    if (old.nodeName !== fresh.nodeName || old.id !== fresh.id) return old.replaceWith(fresh);
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.data !== fresh.data) old.data = fresh.data;
      return;
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && !(name === 'open' && old.nodeName === 'DETAILS')) old.removeAttribute(name);
    }
    const kept = new Set([...fresh.children].map(({ id }) => id).filter(Boolean));
    let at = old.firstChild;
    for (const child of [...fresh.childNodes]) {
      while (at && at.id && at.id !== child.id && !kept.has(at.id)) {
        const next = at.nextSibling;
        at.remove();
        at = next;
      }
      const isNew = child.id && (!at || at.id !== child.id) && at && kept.has(at.id);
      if (!at || isNew) {
        old.insertBefore(child, at);
        continue;
      }
      const next = at.nextSibling;
      morph(at, child);
      at = next;
    }
    while (at) {
      const next = at.nextSibling;
      at.remove();
      at = next;
    }
  }

  let every = 2000;
  let failures = 0;
  let timer = 0;
  let asking = false;
  let again = false;
  let said = null;

  function show(html) {
    const fresh = new DOMParser().parseFromString(html, 'text/html');
    localise(fresh);
    const told = fresh.querySelector('[data-says]');
    every = Number(told.dataset.every);
    if (said !== null && said !== told.dataset.says) put(byId('announce'), told.dataset.says);
    said = told.dataset.says;
    for (const part of fresh.querySelectorAll('[data-part]')) {
      const old = byId(part.id);
      if (old) morph(old, part);
    }
    main.dispatchEvent(new CustomEvent('shown'));
  }

  async function ask() {
    if (asking) { again = true; return; }
    asking = true;
    again = false;
    clearTimeout(timer);
    try {
      const answer = await fetch(location.href, { headers: { 'x-live': '1' }, redirect: 'manual', signal: AbortSignal.timeout(10000) });
      if (answer.status === 200) {
        show(await answer.text());
        failures = 0;
        put(byId('connection'), '');
      } else if (answer.type === 'opaqueredirect' || answer.status === 401 || answer.status === 404) {
        // Signed out, or gone: the server has a page for it.
        location.reload();
        return;
      } else {
        throw new Error('not now');
      }
    } catch {
      failures += 1;
      if (failures > 1) put(byId('connection'), 'The runner does not answer. These are the last figures.');
    } finally {
      asking = false;
    }
    plan(again ? 250 : Math.min(every * 2 ** Math.min(failures, 4), 30000));
  }

  function plan(ms) {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(ask, ms);
  }

  /** Soon, and not sooner for being told again. */
  let nudged = false;
  function nudge() {
    if (nudged) return;
    nudged = true;
    setTimeout(() => { nudged = false; ask(); }, 200);
  }

  let stream = null;
  function listen() {
    stream?.close();
    stream = null;
    if (document.hidden) return;
    stream = new EventSource(main.dataset.live);
    stream.onmessage = nudge;
    // Polling goes on anyway. A stream that is refused is not asked for again.
    stream.onerror = () => { if (stream?.readyState === EventSource.CLOSED) stream = null; };
  }
  addEventListener('online', () => plan(0));
  document.addEventListener('visibilitychange', () => { listen(); plan(0); });
  addEventListener('pagehide', () => stream?.close());
  listen();
  plan(every);
})();
`;
