import type { ChatwootProvider } from '../../providers/chatwoot';
import type { Operation } from '../shared/operation';
import { contactOperations } from './contact-operations';
import { conversationOperations } from './conversation-operations';
import { messageOperations } from './message-operations';
import { templateOperations } from './template-operations';

/** Those of every platform that is built on Chatwoot. */
const common = [...contactOperations, ...conversationOperations, ...messageOperations];

export const chatwootOperations: readonly Operation<ChatwootProvider>[] = [
  ...common,
  ...templateOperations(true),
];

/** How a header or a button is sent there is described nowhere. */
export const bevatelOperations: readonly Operation<ChatwootProvider>[] = [
  ...common,
  ...templateOperations(false),
];
