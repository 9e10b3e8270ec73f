/** What a worker registers, and what other people's workflows may start as their children. */
export * from './campaign';
export { type Delivered, type DeliverOptions, deliver } from './deliver';
export { nudge } from './nudge';
export type * from './ports';
export * from './scheduled';
