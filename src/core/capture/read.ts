import type { ReadCapture } from './packet';
import { readPcap } from './pcap';
import { readPcapng } from './pcapng';
import { readTcpdump } from './tcpdump';

/** Reads a capture, whichever form it has: a file of tcpdump's (pcap, pcapng), or the text that tcpdump prints. */
export function readCapture(bytes: Uint8Array): ReadCapture {
  return readPcap(bytes) ?? readPcapng(bytes) ?? readText(bytes);
}

/** Signs of tcpdump in a text without packets: what it says when it begins and ends. */
const TCPDUMP = /^(tcpdump: |listening on |\d+ packets? (captured|received))/m;

function readText(bytes: Uint8Array): ReadCapture {
  const text = new TextDecoder().decode(bytes);
  const packets = readTcpdump(text);
  if (packets.length > 0 || text.trim() === '' || TCPDUMP.test(text)) return { packets, problem: undefined };
  const problem = text.includes('\0')
    ? 'this is no capture: write one with tcpdump -w'
    : 'there is no packet in this text: it should be what tcpdump -n prints, or a file of tcpdump -w';
  return { packets, problem };
}
