/** The types of bundle-workflows.mjs. What it does is said there. */
export function bundleWorkflows(
  workflowsPath: string,
  errors?: { log(...words: unknown[]): void },
): Promise<string>;
