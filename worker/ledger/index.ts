export {
  API_KEY_NAME,
  anyApiKey,
  createApiKey,
  listApiKeys,
  NO_KEY_NAME,
  revokeApiKey,
  rotateApiKey,
} from './api-keys';
export type { NewRecipient } from './append-rows';
export * from './asked-by';
export { actingAs, begunSince } from './audit';
export * from './audit-pages';
export { isAway, isLocked } from './away';
export * from './campaign-pages';
export * from './campaigns';
export * from './chunks';
export type { BookEntry, Claimed } from './claim';
export { type Recorded, recordDeliveries, type Told } from './deliveries';
export * from './engines';
export { LedgerError } from './errors';
export { emit, type NewEvent } from './events';
export { type Exclusion, excludedAmong } from './excluded';
export * from './feed';
export type { FeedEvent } from './feed-details';
export * from './feed-sweep';
export { answers, type Figures, figuresOf } from './figures';
export * from './find-api-key';
export { type AtGate, type GateAnswer, SEND_WITHIN_MS } from './gate';
export { claim, commitGroup, importRecipients } from './heavy';
export * from './idempotency';
export { seal } from './import';
export { inboundAccounts } from './inbound-accounts';
export * from './intake';
export * from './kept-lists';
export type { Landing } from './land';
export * from './leases';
export { type Ledger, openLedger, schemaNumberOf } from './ledger';
export * from './limits';
export * from './media';
export type { Mutant } from './mutant';
export * from './occurrences';
export * from './outbox';
export * from './polls';
export { isPostgresUrl } from './postgres';
export * from './result-pages';
export * from './results';
export * from './schedules';
export {
  API_SCOPES,
  type ApiScope,
  type Engine,
  EVENT_TYPES,
  type Intake,
  type Orchestrate,
} from './schema';
export * from './sends';
export * from './settle';
export * from './suppressions';
export * from './tally';
export * from './told';
