import { Hono } from 'hono';
import type { Setup } from './endpoint';
import type { Contact } from './store';
import { contactView } from './views';

/** A contact as somebody else put it in. */
export interface SeedContact {
  readonly phone: string;
  readonly firstName?: string;
  readonly lastName?: string;
}

export interface Seeding {
  /** Does not look whether the number is taken. */
  contact(seed: SeedContact): Contact;
  /** The person texts STOP, or START. */
  stop(phone: string): void;
  start(phone: string): void;
}

export function createSeeding(setup: () => Setup): Seeding {
  return {
    contact({ phone, firstName = '', lastName = '' }) {
      const optIn = { optIn: true, optInMethod: 'list', optInDetail: '' };
      const primaryPhone = { number: phone, ...optIn };
      return setup().store.add({ firstName, lastName, primaryPhone, primaryEmail: null });
    },
    stop(phone) {
      setup().store.stopped.add(phone);
    },
    start(phone) {
      setup().store.stopped.delete(phone);
    },
  };
}

/** The same over HTTP, below `/_sandbox/pivotcx`: `POST contacts`, `POST stop`, `POST start`. */
export function seedingRoutes(seeding: Seeding, setup: () => Setup): Hono {
  const app = new Hono();
  app.post('/contacts', async (c) => {
    const contact = seeding.contact(await c.req.json<SeedContact>());
    return c.json(contactView(setup(), contact) as object);
  });
  app.post('/stop', async (c) => {
    seeding.stop((await c.req.json<SeedContact>()).phone);
    return c.json({ stopped: true });
  });
  app.post('/start', async (c) => {
    seeding.start((await c.req.json<SeedContact>()).phone);
    return c.json({ stopped: false });
  });
  return app;
}
