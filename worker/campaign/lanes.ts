export interface Lanes {
  start(work: Promise<void>): void;
  busy(): number;
  /** Resolves when the next one is done. */
  one(): Promise<void>;
  /** Resolves when none is under way. @throws the first error of any. */
  all(): Promise<void>;
}

/** Counts what is under way. One promise for all who wait: a race over hundreds, for every row, would cost more than the sending. */
export function createLanes(): Lanes {
  let busy = 0;
  let next = Promise.withResolvers<void>();
  let failure: { readonly error: unknown } | undefined;
  const done = (): void => {
    busy -= 1;
    next.resolve();
    next = Promise.withResolvers();
  };
  return {
    start(work) {
      busy += 1;
      work.then(done, (error: unknown) => {
        failure ??= { error };
        done();
      });
    },
    busy: () => busy,
    one: () => next.promise,
    async all() {
      while (busy > 0) await next.promise;
      if (failure !== undefined) throw failure.error;
    },
  };
}
