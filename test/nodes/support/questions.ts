import type { HostKeyQuestion, Questions } from '../../../src/nodes/ssh/questions';

/** Accepts each host key for once, and remembers what was asked. */
export function acceptKeys(more: Questions = {}): Questions & { readonly asked: HostKeyQuestion[] } {
  const asked: HostKeyQuestion[] = [];
  return {
    ...more,
    asked,
    hostKey: (question) => {
      asked.push(question);
      return Promise.resolve('once');
    },
  };
}
