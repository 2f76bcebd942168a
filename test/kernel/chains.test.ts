import { testCases } from './lab/cases';
import { BRIDGE, NODE, PODS } from './networks/one-node';

const client = 'node/default/client';
const toNode = { pods: ['client'], serves: ['tcp 0.0.0.0:80'], from: client, to: `${BRIDGE}:80` } as const;

testCases('chains', [
  {
    ...toNode,
    title: 'chains within chains, and back',
    node: `chain filter A B C
filter INPUT -p tcp -j A
filter INPUT -p tcp --dport 81 -j DROP
filter INPUT -p tcp --dport 80 -j ACCEPT
filter A -s 10.9.0.0/24 -j B
filter A -p tcp
filter B -p tcp -j C
filter B -p udp -j DROP
filter C -p tcp -j RETURN
filter C -j DROP`,
    verdict: 'connected',
  },
  {
    ...toNode,
    title: 'goto leaves no way back: the end of its chain is the end of the one that went there',
    node: `chain filter A B C
iptables -P INPUT DROP
filter INPUT -p tcp -j A
filter INPUT -p tcp -j ACCEPT
filter A -p tcp -g B
filter A -j DROP
filter B -p tcp -j C
filter B -p tcp -j RETURN
filter B -j DROP
filter C -p tcp`,
    verdict: 'connected',
  },
  {
    ...toNode,
    title: 'goto from a base chain ends in the policy',
    node: `chain filter A
iptables -P INPUT DROP
filter INPUT -p tcp -g A
filter INPUT -p tcp -j ACCEPT
filter A -p tcp`,
    verdict: 'dropped',
  },
  {
    ...toNode,
    title: 'RETURN in a base chain is its policy',
    node: `iptables -P INPUT DROP
filter INPUT -p tcp --dport 80 -j RETURN
filter INPUT -p tcp -j ACCEPT`,
    verdict: 'dropped',
  },
  {
    ...toNode,
    title: 'ACCEPT ends its table alone: mangle accepts, filter drops',
    node: `mangle INPUT -p tcp -j ACCEPT
mangle INPUT -p tcp -j DROP
filter INPUT -p tcp --dport 80 -j DROP`,
    verdict: 'dropped',
  },
  {
    ...toNode,
    title: 'raw drops before connection tracking sees it',
    node: `raw PREROUTING -p tcp --dport 80 -j DROP
filter INPUT -m conntrack --ctstate NEW -j ACCEPT`,
    verdict: 'dropped',
  },
  {
    ...toNode,
    title: 'targets that go on: LOG, MARK, TTL, DSCP, and a rule without one',
    node: `mangle PREROUTING -p tcp --dport 80 -j MARK --set-mark 7
mangle PREROUTING -m mark --mark 7 -j TTL --ttl-set 33
mangle INPUT -m ttl --ttl-eq 33 -j DSCP --set-dscp 10
filter INPUT -m dscp --dscp 10 -j NFLOG
filter INPUT -m mark --mark 7 -j MARK --or-mark 0x100
filter INPUT -m mark --mark 0x107
filter INPUT -m mark ! --mark 0x107 -p tcp --dport 80 -j DROP`,
    verdict: 'connected',
  },
  {
    ...toNode,
    title: 'the mark of a connection, saved and restored',
    node: `mangle PREROUTING -j CONNMARK --restore-mark
mangle PREROUTING -m mark --mark 0 -p tcp --dport 80 -j MARK --set-mark 0x20
mangle PREROUTING -m connmark --mark 0x20 -j ACCEPT
mangle PREROUTING -m mark --mark 0x20 -j CONNMARK --save-mark
mangle OUTPUT -j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff
mangle OUTPUT -m mark --mark 0x20 -j ACCEPT
filter OUTPUT -p tcp --sport 80 -m mark ! --mark 0x20 -j DROP`,
    verdict: 'connected',
  },
  {
    ...toNode,
    title: 'every table at every hook, in order',
    node: `for table in raw mangle nat; do $table PREROUTING -p tcp; done
for table in mangle filter security nat; do $table INPUT -p tcp; done
for table in raw mangle nat filter security; do $table OUTPUT -p tcp; done
for table in mangle nat; do $table POSTROUTING -p tcp; done
filter INPUT -m conntrack --ctstate NEW`,
    verdict: 'connected',
  },
  {
    title: 'every table of a packet that is forwarded',
    pods: ['client', 'routed1'],
    node: `for table in raw mangle nat; do $table PREROUTING -p tcp; done
for table in mangle filter security; do $table FORWARD -p tcp; done
for table in mangle nat; do $table POSTROUTING -p tcp; done
filter FORWARD -m conntrack --ctstate NEW`,
    from: client,
    to: `${PODS.routed1}:80`,
    verdict: 'connected',
  },
  {
    title: "iptables-nft's security table comes after nat: it sees the restored source",
    pods: ['server1'],
    node: `nat OUTPUT -d 10.0.0.9 -p tcp --dport 80 -j DNAT --to-destination ${PODS.server1}:80
filter INPUT -s ${PODS.server1}
filter INPUT -s 10.0.0.9
security INPUT -s ${PODS.server1}
security INPUT -s 10.0.0.9`,
    from: 'node',
    to: '10.0.0.9:80',
    verdict: 'connected',
  },
  {
    title: 'without rules at all',
    from: 'node',
    serves: ['tcp 0.0.0.0:80'],
    to: `${NODE}:80`,
    verdict: 'connected',
  },
]);
