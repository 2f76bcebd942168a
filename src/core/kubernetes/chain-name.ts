import { sha256 } from '@noble/hashes/sha2.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Base 32 of RFC 4648 without padding. */
function base32(bytes: Uint8Array): string {
  let text = '';
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(buffer >> bits) & 31] ?? '';
    }
    buffer &= (1 << bits) - 1;
  }
  return bits > 0 ? text + (ALPHABET[(buffer << (5 - bits)) & 31] ?? '') : text;
}

/** kube-proxy's chain suffix for a string (its `pkg/proxy/iptables` `portProtoHash`). */
function suffix(text: string): string {
  return base32(sha256(new TextEncoder().encode(text))).slice(0, 16);
}

/**
 * The names that kube-proxy may give to the chain of a service port (and of an endpoint of it). An unnamed port was
 * hashed with a trailing colon before Kubernetes 1.19.
 *
 * @param prefix `KUBE-SVC-`, `KUBE-SEP-`, `KUBE-EXT-` …
 * @param port `namespace/name:port` or `namespace/name`
 * @param protocol in lower case
 * @param endpoint `address:port`, for endpoint chains
 */
export function chainNames(prefix: string, port: string, protocol: string, endpoint = ''): string[] {
  const bare = port.replace(/:$/, '');
  const spellings = bare.includes(':') ? [bare] : [`${bare}:`, bare];
  return spellings.map((spelling) => prefix + suffix(spelling + protocol + endpoint));
}
