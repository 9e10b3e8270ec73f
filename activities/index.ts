export { ensureContact } from './contact';
export { ensureConversation } from './conversation';
export { findAllSent, findSent, sendMessage } from './message';
