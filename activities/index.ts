export { ensureContact } from './contact';
export { ensureConversation } from './conversation';
export { findSent, sendMessage } from './message';
