import type { OtherSide } from '../platform';
import type { Setup } from './endpoint';
import type { Seeding } from './seeding';

/**
 * What people text. After STOP the platform refuses to write to them until they text START (help.pivotcx.io). Nothing of what
 * it tells of messages to them is described.
 */
export function createOtherSide(setup: () => Setup, seed: Seeding): OtherSide {
  return {
    reply({ address, text }) {
      const { store } = setup();
      const conversation = store.conversationWith(address);
      if (conversation === undefined) throw new Error('there is no contact with this number');
      const word = text.trim().toUpperCase();
      if (word === 'STOP') seed.stop(address);
      if (word === 'START') seed.start(address);
      const { id } = store.addMessage(conversation, text, 'inbound');
      return { messageId: String(id), conversationId: String(conversation.id) };
    },
    deliver() {
      throw new Error('PivotCX tells of no delivery that anybody has described');
    },
  };
}
