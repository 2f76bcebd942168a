import type { Sketch } from './sketch';

/*
 * What a service mesh's init container writes into a pod, whose traffic a proxy then takes: at 15001 what leaves, at 15006
 * what comes. In the form of lab/ruleset.ts.
 */

/** By NAT: the proxy sees connections to itself. */
export function meshRules({ family }: Sketch): string[] {
  const inbound = family === 4 ? '127.0.0.6/32' : '::6/128';
  const self = family === 4 ? '127.0.0.1/32' : '::1/128';
  return [
    ...['INBOUND', 'REDIRECT', 'IN_REDIRECT', 'OUTPUT'].map((name) => `nat -N ISTIO_${name}`),
    'nat -A PREROUTING -p tcp -j ISTIO_INBOUND',
    'nat -A OUTPUT -j ISTIO_OUTPUT',
    'nat -A ISTIO_INBOUND -p tcp -m tcp --dport 15008 -j RETURN',
    'nat -A ISTIO_INBOUND -p tcp -m tcp --dport 15090 -j RETURN',
    'nat -A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT',
    'nat -A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001',
    'nat -A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006',
    `nat -A ISTIO_OUTPUT -s ${inbound} -o lo -j RETURN`,
    `nat -A ISTIO_OUTPUT ! -d ${self} -o lo -p tcp -m tcp ! --dport 15008 -m owner --uid-owner 1337 -j ISTIO_IN_REDIRECT`,
    'nat -A ISTIO_OUTPUT -o lo -m owner ! --uid-owner 1337 -j RETURN',
    'nat -A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN',
    `nat -A ISTIO_OUTPUT -d ${self} -j RETURN`,
    'nat -A ISTIO_OUTPUT -j ISTIO_REDIRECT',
  ];
}

const PROXY_MARK = '0x539';

/** By TPROXY: what comes reaches the proxy under the address that it was sent to. */
export function transparentMeshRules(sketch: Sketch): string[] {
  const self = sketch.family === 4 ? '127.0.0.1/32' : '::1/128';
  const any = sketch.family === 4 ? '0.0.0.0' : '::';
  return [
    ...['INBOUND', 'DIVERT', 'TPROXY'].map((name) => `mangle -N ISTIO_${name}`),
    `mangle -A PREROUTING -p tcp -m mark --mark ${PROXY_MARK} -j CONNMARK --save-mark`,
    'mangle -A PREROUTING -p tcp -j ISTIO_INBOUND',
    `mangle -A OUTPUT -p tcp -m connmark --mark ${PROXY_MARK} -j CONNMARK --restore-mark`,
    `mangle -A ISTIO_DIVERT -j MARK --set-xmark ${PROXY_MARK}/0xffffffff`,
    'mangle -A ISTIO_DIVERT -j ACCEPT',
    `mangle -A ISTIO_TPROXY ! -d ${self} -p tcp -j TPROXY --on-port 15006 --on-ip ${any} --tproxy-mark ${PROXY_MARK}/0xffffffff`,
    `mangle -A ISTIO_INBOUND -i lo -p tcp -m mark ! --mark ${PROXY_MARK} -j RETURN`,
    'mangle -A ISTIO_INBOUND -p tcp -m tcp --dport 22 -j RETURN',
    'mangle -A ISTIO_INBOUND -p tcp -m conntrack --ctstate RELATED,ESTABLISHED -j ISTIO_DIVERT',
    'mangle -A ISTIO_INBOUND -p tcp -j ISTIO_TPROXY',
    ...meshRules(sketch).filter((line) => /^nat -[NA] (ISTIO_(OUTPUT|REDIRECT|IN_REDIRECT)|OUTPUT) ?/.test(line)),
  ];
}

/** What the proxy takes is for addresses that are not the pod's: its mark makes them local. */
export function transparentRouting({ family }: Sketch): string[] {
  const ip = family === 4 ? 'ip' : 'ip -6';
  return [
    `${ip} rule add priority 100 fwmark ${PROXY_MARK} lookup 133`,
    `${ip} route add local default dev lo table 133`,
  ];
}
