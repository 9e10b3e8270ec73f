import type { Runner } from 'campaign-runner';

/** What the shop knows of an order. */
export interface Customer {
  readonly phone: string;
  readonly name: string;
}

export type OrderActivities = ReturnType<typeof createOrderActivities>;

/** `find` is the shop's own database. */
export function createOrderActivities(
  runner: Pick<Runner, 'writeSend'>,
  find: (orderId: string) => Promise<Customer>,
) {
  return {
    /** Safe to repeat: the key is the order's, so it is always the same one message. */
    async writeNotice(orderId: string): Promise<string> {
      const { phone, name } = await find(orderId);
      return runner.writeSend({
        account: 'support',
        inbox: '3',
        to: phone,
        name,
        text: `Your order ${orderId} is on its way.`,
        key: `shipped-${orderId}`,
      });
    },
  };
}
