export { type EnsureContact, ensureContact } from './contact';
export { type EnsureConversation, ensureConversation } from './conversation';
export { findSent, sendMessage } from './message';
