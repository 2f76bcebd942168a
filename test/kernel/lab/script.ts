import { PRELUDE, type Plan } from './network';
import type { Question } from './observe';

/** A shell script that builds a network by hand, for root in a shell of `unshare --mount --net --pid --fork`. */
export function scriptOf({ spaces, cables, acquainted = [], ipv6 = false }: Plan, question: Question): string {
  const name = (space: string): string => space.replaceAll('/', '.');
  const lines = [
    'mount -t tmpfs tmpfs /run; mkdir /run/netns',
    ...Object.keys(spaces).map((space) => `ip netns add ${name(space)}`),
  ];
  for (const [near, far] of cables) {
    const [one, other] = [near, far].map((end) => {
      const colon = end.lastIndexOf(':');
      return `${end.slice(colon + 1)} netns ${name(end.slice(0, colon))}`;
    });
    lines.push(`ip link add ${one ?? ''} type veth peer name ${other ?? ''}`);
  }
  for (const [space, { setup = '', rules = '', twists = [], rulesets = [], tunnel }] of Object.entries(spaces)) {
    const commands = [
      'ip link set lo up',
      ...(tunnel ? [`# the agent's tunnel: ${JSON.stringify(tunnel)}`] : []),
      setup,
      rules,
      ...twists.map((line) => `${line} || true`),
      ...rulesets.flatMap(({ program, lines: own }) => own.map((line) => `${program} -t ${line} || true`)),
    ].filter((line) => line.trim() !== '');
    lines.push(`ip netns exec ${name(space)} sh -e <<'END'`, ...(rules === '' ? [] : [PRELUDE]), ...commands, 'END');
  }
  lines.push(...acquainted.map(([space, address]) => `# ${space} has talked to ${address}`));
  lines.push(`# ${ipv6 ? 'IPv6' : 'IPv4'}: ${question.from} → ${question.to} ${question.protocol ?? 'tcp'}`);
  return lines.join('\n');
}
