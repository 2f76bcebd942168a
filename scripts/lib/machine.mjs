// What the tests need of the machine beyond Node.js and npm: which Debian package, for which step.
import { findProgram } from './programs.mjs';

const browser = ['host-oldest', 'host-newest', 'journeys', 'start', 'journeys-vsix'];
const host = ['host-oldest', 'host-newest'];
const kernel = ['kernel'];
const nodes = ['nodes', 'live'];
const both = [...kernel, ...nodes];

/** HOPLENS_BROWSER is the path of a program like these, where it has none of these names. */
export const BROWSERS = [
  ...(process.env.HOPLENS_BROWSER ? [process.env.HOPLENS_BROWSER] : []),
  'chromium',
  'google-chrome',
  'google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** `proof`: one of these programs or files shows that the package, or its like, is there. `optional`: used if there. */
const PACKAGES = [
  { name: 'chromium', proof: BROWSERS, steps: browser },
  { name: 'fonts-dejavu-core', proof: ['/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'], steps: browser },
  { name: 'xvfb', proof: ['xvfb-run'], steps: host, optional: true },
  { name: 'xauth', proof: ['xauth'], steps: host, optional: true },
  { name: 'iproute2', proof: ['ip'], steps: both },
  { name: 'iptables', proof: ['iptables'], steps: both },
  { name: 'nftables', proof: ['nft'], steps: both },
  { name: 'ipset', proof: ['ipset'], steps: both },
  { name: 'conntrack', proof: ['conntrack'], steps: both },
  { name: 'procps', proof: ['sysctl'], steps: both },
  { name: 'tcpdump', proof: ['tcpdump'], steps: [...kernel, 'live'] },
  { name: 'python3', proof: ['python3'], steps: both },
  { name: 'openssh-server', proof: ['sshd'], steps: nodes },
  { name: 'openssh-client', proof: ['ssh'], steps: nodes },
  { name: 'etcd-server', proof: ['etcd'], steps: nodes },
  { name: 'etcd-client', proof: ['etcdctl'], steps: nodes },
  { name: 'faketime', proof: ['faketime'], steps: ['live'] },
  { name: 'fish', proof: ['fish'], steps: nodes },
  { name: 'openssl', proof: ['openssl'], steps: ['nodes'] },
  { name: 'tcsh', proof: ['tcsh'], steps: ['nodes'] },
  { name: 'sudo', proof: ['sudo'], steps: nodes },
  { name: 'curl', proof: ['curl'], steps: nodes },
  { name: 'busybox', proof: ['busybox'], steps: ['unit', 'nodes'], optional: true },
  { name: 'zsh', proof: ['zsh'], steps: ['unit'], optional: true },
  { name: 'ksh93u+m', proof: ['ksh'], steps: ['unit'], optional: true },
  { name: 'netcat-openbsd', proof: ['nc'], steps: ['unit'], optional: true },
];

/** Beyond Linux only the browser counts: the rest is for Linux kernels and for machines without a screen. */
const counts = ({ name }) => process.platform === 'linux' || name === 'chromium';

/** The packages that these steps need or could use and that are not there. */
export function missingPackages(steps) {
  return PACKAGES.filter(counts)
    .filter((row) => row.steps.some((step) => steps.includes(step)))
    .filter((row) => !row.proof.some((name) => findProgram(name)));
}

/** What someone has to type to get these packages. */
export function howToGet(rows) {
  const names = rows.map(({ name }) => name).join(' ');
  if (process.platform === 'linux') return `apt-get install -y ${names} (as root; or your system's like)`;
  return 'install Google Chrome, or set HOPLENS_BROWSER to the path of its like';
}
