import type { Inbox, Provider, Template } from '../../providers/provider';

/** Inboxes and templates, each asked for once per execution. */
export interface Catalogue {
  inbox(id: string): Promise<Inbox | undefined>;
  /** Of an account that is a single inbox. */
  onlyInbox(): Promise<Inbox | undefined>;
  template(inboxId: string, name: string, language?: string): Promise<Template | undefined>;
  readonly hasTemplates: boolean;
}

export function createCatalogue(provider: Provider): Catalogue {
  const listInboxes = onceKept(() => provider.listInboxes());
  const listTemplates = onceKept(
    (inboxId: string) => provider.listTemplates?.(inboxId) ?? Promise.resolve([]),
  );
  return {
    hasTemplates: provider.listTemplates !== undefined,
    async inbox(id) {
      return (await listInboxes('')).find((inbox) => inbox.id === id);
    },
    async onlyInbox() {
      const [inbox] = await listInboxes('');
      return inbox;
    },
    async template(inboxId, name, language) {
      return (await listTemplates(inboxId)).find(
        (template) =>
          template.name === name &&
          (language === undefined || template.language.toLowerCase() === language.toLowerCase()),
      );
    },
  };
}

/** One call for each argument, shared by all who ask; a call that failed is made again. Above `most` the oldest go. */
export function onceKept<T>(
  call: (argument: string) => Promise<T>,
  most = Number.POSITIVE_INFINITY,
): (argument: string) => Promise<T> {
  const kept = new Map<string, Promise<T>>();
  return async (argument) => {
    const answer = kept.get(argument) ?? call(argument);
    kept.set(argument, answer);
    for (const oldest of kept.keys()) {
      if (kept.size <= most) break;
      kept.delete(oldest);
    }
    const [outcome] = await Promise.allSettled([answer]);
    if (outcome.status === 'rejected' && kept.get(argument) === answer) kept.delete(argument);
    return answer;
  };
}
