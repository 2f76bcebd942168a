import { after, before, describe } from 'node:test';
import { Network, type Plan } from './network';

/** Tests that share a network, one after the other. `define` gets what builds once they run. */
export function onNetwork(title: string, plan: Plan, define: (network: () => Network) => void): void {
  describe(title, { concurrency: 1 }, () => {
    let network: Network | undefined;
    before(async () => {
      network = await Network.build(plan);
    });
    after(async () => network?.close());
    define(() => {
      if (!network) throw new Error('the network is built before the tests run');
      return network;
    });
  });
}
