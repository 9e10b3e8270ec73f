/**
 * A timer's errand that is not begun again while it is under way: where the ledger answers slowly, errands would pile up
 * in front of everything else that waits for it. One that fails is simply begun again by the next tick.
 */
export function unlessBusy(errand: () => Promise<unknown>): () => void {
  let busy = false;
  return () => {
    if (busy) return;
    busy = true;
    errand()
      .catch(() => undefined)
      .finally(() => {
        busy = false;
      });
  };
}
