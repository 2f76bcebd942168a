import type { Plan, Space } from '../../lab/network';
import type { Question } from '../../lab/observe';
import { Random } from '../../lab/random';
import type { RuleSet } from '../../lab/ruleset';
import {
  calicoRules,
  dockerRules,
  drawServices,
  flannelRules,
  kubeProxyRules,
  NODE_PORT,
  type Services,
  sidecarRules,
} from './agents';
import { networksOf, planOf } from './build';
import { meshRules, transparentMeshRules, transparentRouting } from './mesh';
import { ciliumRules, dockerNowRules, kubeProxyNow, kubeRouterRules, ufwRules } from './more-agents';
import { randomRules, unknowableRule } from './rules';
import { drawSketch, lanAddress, type Node, podAddress, serviceAddress, type Sketch } from './sketch';
import { socket } from './targets';
import { devicesOf, NOWHERE, twistsOf, VIRTUAL } from './twists';
import { addressesOf, type Vocabulary } from './vocabulary';

/** A network whose every part is drawn, and what is sent there. */
export interface Drawn {
  readonly seed: number;
  readonly plan: Plan;
  readonly questions: readonly Question[];
}

export function randomNetwork(seed: number, packets: number): Drawn {
  const random = new Random(seed);
  const sketch = drawSketch(random);
  const plan = planOf(sketch);
  const services = random.chance(0.6) ? drawServices(random, sketch) : undefined;
  const spaces: Record<string, Space> = { ...plan.spaces };
  const doubtful = random.chance(0.2) ? random.pick(sketch.nodes) : undefined;
  for (const node of sketch.nodes) {
    const space = spaces[node.name];
    if (!space) continue;
    const words = wordsOf(sketch, node);
    const rulesets = rulesetsOf(random, sketch, node, words, services, node === doubtful);
    spaces[node.name] = {
      ...space,
      twists: [...setsOf(random, words), ...twistsOf(random, sketch, node)],
      rulesets,
      flavours: [...new Set(rulesets.map(({ program }) => (program.includes('legacy') ? 'legacy' : 'nft')))],
    };
    for (const pod of node.pods)
      if (random.chance(0.08)) addMesh(spaces, `${node.name}/default/${pod.name}`, sketch, random.chance(0.4));
  }
  const questions = Array.from({ length: packets }, () => question(random, sketch));
  return { seed, plan: { ...plan, spaces, brief: true }, questions };
}

/** A pod whose traffic goes through a proxy beside it. */
function addMesh(spaces: Record<string, Space>, name: string, sketch: Sketch, transparent: boolean): void {
  const space = spaces[name];
  if (!space) return;
  const any = sketch.family === 4 ? '0.0.0.0' : '::';
  spaces[name] = {
    ...space,
    serves: [
      ...(space.serves ?? []),
      `tcp ${socket(any, 15001)}`,
      `${transparent ? 'transparent' : 'tcp'} ${socket(any, 15006)}`,
    ],
    ...(transparent && { twists: transparentRouting(sketch) }),
    rulesets: [
      {
        program: sketch.family === 4 ? 'iptables' : 'ip6tables',
        lines: transparent ? transparentMeshRules(sketch) : meshRules(sketch),
      },
    ],
  };
}

function wordsOf(sketch: Sketch, node: Node): Vocabulary {
  const { family, nodes, overlay, drawsPorts } = sketch;
  return {
    family,
    pods: nodes.flatMap((one) => one.pods).map((pod) => pod.address),
    own: [node.address, podAddress(family, node.index, 1)],
    services: [serviceAddress(family, 11)],
    networks: networksOf(sketch),
    devices: [...devicesOf(sketch, node), 'lo', 'veth-+', 'e+'],
    bridgePorts: [...node.pods.map((pod) => `veth-${pod.name}`), 'veth-+'],
    sets: [
      ['s-ip', 1],
      ['s-net', 1],
      ['s-ipport', 2],
      ['s-port', 1],
      ['s-three', 3],
      ['s-netport', 2],
      ['s-ipportnet', 3],
      ['s-list', 1],
      ['s-netiface', 2],
    ],
    drawsPorts,
    tunnelled: overlay === 'vxlan' || overlay === 'tun',
  };
}

function setsOf(random: Random, words: Vocabulary): string[] {
  const family = words.family === 4 ? 'inet' : 'inet6';
  const plain = [...words.pods, ...words.own, ...words.services];
  const networks = words.networks.filter((network) => network.includes('/'));
  return [
    `ipset create s-ip hash:ip family ${family}`,
    `ipset create s-net hash:net family ${family}`,
    `ipset create s-ipport hash:ip,port family ${family}`,
    'ipset create s-port bitmap:port range 0-65535',
    `ipset create s-three hash:ip,port,ip family ${family}`,
    'ipset create s-list list:set size 8',
    `ipset create s-netport hash:net,port family ${family}`,
    `ipset create s-ipportnet hash:ip,port,net family ${family}`,
    `ipset create s-netiface hash:net,iface family ${family}`,
    `ipset create s-seen hash:ip family ${family}`,
    ...random.some(plain, 3).map((address) => `ipset add s-ip ${address}`),
    ...random.some(networks, 2).map((network) => `ipset add s-net ${network}`),
    ...random.some(plain, 1).map((address) => `ipset add s-net ${address} nomatch`),
    ...random.some(plain, 3).map((address) => `ipset add s-ipport ${address},${random.pick(['tcp:80', 'udp:53'])}`),
    ...random.some(['80', '53', '8080', '20000-30000'], 2).map((port) => `ipset add s-port ${port}`),
    ...random.some(plain, 2).map((address) => `ipset add s-three ${address},tcp:80,${random.pick(plain)}`),
    ...random.some(networks, 2).map((network) => `ipset add s-netport ${network},tcp:${random.pick(['80', '8080'])}`),
    ...random.some(plain, 1).map((address) => `ipset add s-netport ${address},tcp:80 nomatch`),
    ...random.some(plain, 2).map((address) => `ipset add s-ipportnet ${address},tcp:80,${random.pick(networks)}`),
    ...random
      .some(networks, 3)
      .map(
        (network) =>
          `ipset add s-netiface ${network},${random.pick(words.devices.filter((device) => !device.includes('+')))}`,
      ),
    ...random.some(['s-ip', 's-net'], 2).map((set) => `ipset add s-list ${set}`),
  ];
}

function rulesetsOf(
  random: Random,
  sketch: Sketch,
  node: Node,
  words: Vocabulary,
  services: Services | undefined,
  doubtful: boolean,
): RuleSet[] {
  const program = sketch.family === 4 ? 'iptables' : 'ip6tables';
  const lines: string[] = [];
  if (services)
    lines.push(
      ...(services.now ? kubeProxyNow(random, sketch, node, services) : kubeProxyRules(random, sketch, services)),
    );
  if (random.chance(0.3)) lines.push(...flannelRules(random, sketch, node));
  if (random.chance(0.3))
    lines.push(...(random.chance(0.6) ? dockerRules(random, sketch, node) : dockerNowRules(random, sketch, node)));
  if (random.chance(0.15)) lines.push(...calicoRules(random, sketch, node));
  if (random.chance(0.08)) lines.push(...sidecarRules(sketch, node));
  if (random.chance(0.07)) lines.push(...kubeRouterRules(random, sketch, node));
  if (random.chance(0.06)) lines.push(...ufwRules(random, sketch));
  if (random.chance(0.06)) lines.push(...ciliumRules(sketch, node));
  if (lines.length === 0 || random.chance(0.7)) lines.push(...randomRules(random, words));
  if (doubtful) lines.push(unknowableRule(random));
  const unique = lines.filter((line, at) => !line.includes(' -N ') || lines.indexOf(line) === at);
  const flavour = random.pick(['nft', 'nft', 'nft', 'legacy', 'both'] as const);
  if (flavour === 'nft') return [{ program, lines: unique }];
  if (flavour === 'legacy') return [{ program: `${program}-legacy`, lines: unique }];
  return [
    { program, lines: unique },
    { program: `${program}-legacy`, lines: randomRules(random, words).filter((line) => !line.startsWith('nat')) },
  ];
}

function question(random: Random, sketch: Sketch): Question {
  const { family, nodes, client } = sketch;
  const pods = nodes.flatMap((node) => node.pods.map((pod) => `${node.name}/default/${pod.name}`));
  const from = random.pick([...nodes.map((node) => node.name), ...pods, ...(client ? ['client'] : [])]);
  const protocol = random.pick(['tcp', 'tcp', 'tcp', 'tcp', 'udp', 'icmp'] as const);
  const node = random.pick(nodes);
  const pod = random.pick(nodes.flatMap((one) => one.pods)).address;
  const service = serviceAddress(family, protocol === 'udp' ? 10 : 11);
  const inside = [pod, pod, service, service, serviceAddress(family, 12), nodes[0]?.address ?? pod];
  const anywhere = [
    ...[pod, pod, pod, service, service, service, node.address, node.address],
    ...[podAddress(family, node.index, 1), serviceAddress(family, 12), serviceAddress(family, 13)],
    ...(node.second === undefined ? [] : [node.second]),
    ...(family === 4 ? [VIRTUAL, NOWHERE, '127.0.0.1', serviceAddress(family, 20)] : ['::1']),
  ];
  // A client that the snapshot does not show comes in where the question says, by the first node.
  const host = random.pick(from === 'client' && client === 'unseen' ? inside : anywhere);
  const own = addressesOf(wordsOf(sketch, node)).includes(host) && !host.includes('/');
  const port =
    protocol === 'udp'
      ? 53
      : host === node.address && own
        ? random.pick([NODE_PORT, 8080, 80])
        : random.pick([80, 80, 80, 81]);
  const entry = nodes[0];
  return {
    from,
    ...(from === 'client' &&
      client === 'unseen' &&
      entry && { asks: `outside:${lanAddress(family, 1, 99)}@${entry.name}:eth0` }),
    to: protocol === 'icmp' ? host : socket(host, port),
    protocol,
  };
}
