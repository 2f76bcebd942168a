/** What a lab is to be like; what is not said is as in the founding document. */
export interface LabOptions {
  /** `document`: two LANs and a router between them, its addresses and services. `oracle`: one LAN. */
  readonly site?: 'document' | 'oracle';
  /** flannel's backend. */
  readonly tunnel?: 'udp' | 'vxlan';
  /** `1`: of eth0 and the tunnel, and 0 for conf.all; `1:0:2`: of conf.all, eth0 and the tunnel. */
  readonly rpFilter?: { readonly worker?: string; readonly master?: string };
  /** Whether the worker has the rule that cures it. */
  readonly masquerade?: boolean;
  /** The API that flannel and Kubernetes are to use of etcd; default: v2 with the udp backend, as it was in 2016. */
  readonly etcd?: 'v2' | 'v3';
  /** Nodes that fail, each in another way; see FAULTS. */
  readonly faults?: boolean;
}

export type Settled = Required<Omit<LabOptions, 'rpFilter'>> & { readonly rpFilter: Record<NodeName, string> };
export type NodeName = 'worker' | 'master';

export function settle({ rpFilter = {}, tunnel = 'udp', ...options }: LabOptions): Settled {
  return {
    site: 'document',
    tunnel,
    masquerade: false,
    etcd: tunnel === 'udp' ? 'v2' : 'v3',
    faults: false,
    ...options,
    // A strict worker and a lax master: so it must have been.
    rpFilter: { worker: rpFilter.worker ?? '1:1:1', master: rpFilter.master ?? '0' },
  };
}

const RP_FILTER = /^[012](:[012]:[012])?$/;

/** Reads the switches of `npm run lab`. Throws where they make no sense. */
export function parseSwitches(words: readonly string[]): LabOptions {
  const options: { -readonly [K in keyof LabOptions]: LabOptions[K] } = {};
  const rest = [...words];
  const value = (name: string, allowed: readonly string[] | RegExp): string => {
    const given = rest.shift();
    if (given !== undefined && (allowed instanceof RegExp ? allowed.test(given) : allowed.includes(given)))
      return given;
    const known = allowed instanceof RegExp ? '0, 1, 2 or ALL:ETH0:TUNNEL of such' : allowed.join(' or ');
    throw new Error(`${name} needs ${known}, and not ${given ?? 'nothing'}.`);
  };
  for (let name = rest.shift(); name !== undefined; name = rest.shift())
    switch (name) {
      case '--site':
        options.site = value(name, ['document', 'oracle']) as 'document' | 'oracle';
        break;
      case '--tunnel':
        options.tunnel = value(name, ['udp', 'vxlan']) as 'udp' | 'vxlan';
        break;
      case '--etcd':
        options.etcd = value(name, ['v2', 'v3']) as 'v2' | 'v3';
        break;
      case '--rp-filter': {
        const both = value(name, RP_FILTER);
        options.rpFilter = { worker: both, master: both };
        break;
      }
      case '--rp-filter-worker':
        options.rpFilter = { ...options.rpFilter, worker: value(name, RP_FILTER) };
        break;
      case '--rp-filter-master':
        options.rpFilter = { ...options.rpFilter, master: value(name, RP_FILTER) };
        break;
      case '--with-masquerade':
        options.masquerade = true;
        break;
      case '--with-faults':
        options.faults = true;
        break;
      default:
        throw new Error(`There is no switch ${name}; see npm run lab -- help.`);
    }
  return options;
}

export const HELP = `npm run lab [-- SWITCH …]        builds a lab of real nodes, and tells how to log in to them
npm run lab -- list            the labs that are up
npm run lab -- down [NAME]     removes a lab, or all of them

  --site document|oracle       the founding document's two LANs, or the oracle's one
  --tunnel udp|vxlan           flannel's backend
  --rp-filter 0|1|2            of both nodes; ALL:ETH0:TUNNEL sets each: --rp-filter 2:1:1
  --rp-filter-worker, --rp-filter-master
  --with-masquerade            the rule that the founding document adds in the end, on the worker
  --etcd v2|v3                 the API by which flannel and Kubernetes have stored their values
  --with-faults                more nodes, each of which fails in its way

As it is without switches, the worker cannot reach service 10.0.0.103, and its container can.`;
