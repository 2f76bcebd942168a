import { configMapOutput, type ConfigMapEntry } from '../core/snapshot/file-output';
import { type Probe, probe } from './probes';

/** Words by which a text is known to hold a secret; it is not read then. */
const SECRET = 'psk|passw|secret|token|private key|client-key-data|://[^/[:space:]]*:[^/@[:space:]]*@';

/**
 * Agents that run as root, with their commands, and the files of configuration that there are: those that their commands
 * name, units that run them and the files of variables of these, manifests, and where distributions keep them. Of flags
 * that hold a secret the value is left out. Nothing but sh, grep, sed, tr, stat, readlink and ls is needed.
 */
const SCRIPT = `
seen=
offer() {
  for path; do
    case $path in /*) ;; *) continue ;; esac
    case $seen in *"|$path|"*) continue ;; esac
    seen="$seen|$path|"
    [ -f "$path" ] && [ -r "$path" ] || continue
    if grep -qiE '${SECRET}' "$path"; then echo "secret $path"; else echo "file $path"; fi
  done
}
set -f
named=
for cmd in $(set +f; grep -laE 'kube-proxy|hyperkube|flanneld|docker|k3s|rke2' /proc/[0-9]*/cmdline 2>/dev/null); do
  dir=\${cmd%/cmdline}
  [ "$(stat -c %u "$dir" 2>/dev/null)" = 0 ] || continue
  words=$(tr '\\n\\0' ' \\n' 2>/dev/null <"$cmd")
  first=$(printf '%s\\n' "$words" | sed -n 1p)
  case \${first##*/} in
    sh | bash | dash | python3 | node)
      words=$(printf '%s\\n' "$words" | sed 1d)
      first=$(printf '%s\\n' "$words" | sed -n 1p)
      ;;
  esac
  case \${first##*/} in kube-proxy | hyperkube | flanneld | dockerd | docker | k3s | rke2) ;; *) continue ;; esac
  unit=$(sed -n 's|.*/\\([^/]*\\.service\\)$|\\1|p' "$dir/cgroup" 2>/dev/null | sed -n 1p)
  [ "$(readlink "$dir/ns/mnt")" = "$(readlink /proc/self/ns/mnt)" ] || unit=container
  echo "process \${dir##*/} \${unit:--}"
  printf '%s\\n' "$words" | sed -E 's/^(--?[a-z-]*(password|token|secret|psk)[a-z-]*)=.*/\\1=***/
/^--?[a-z-]*(password|token|secret|psk)[a-z-]*$/{n;s/.*/***/;}' | sed 's/^/ /'
  [ "$unit" = container ] || named="$named $(printf '%s\\n' "$words" | sed -nE 's/^--?(config|config-file|net-config-path|subnet-file)=(.*)/\\2/p
/^--?(config|config-file|net-config-path|subnet-file)$/{n;p;}')"
done
offer $named
for dir in /etc/systemd/system /run/systemd/system /usr/local/lib/systemd/system /usr/lib/systemd/system /lib/systemd/system; do
  [ "$dir" = /lib/systemd/system ] && [ -L /lib ] && continue
  for unit in $(set +f; grep -lsE '^ExecStart=.*(kube-proxy|flanneld|dockerd|docker (daemon|-d))' "$dir"/*.service "$dir"/*.service.d/*.conf); do
    offer "$unit"
    offer $(sed -n 's/^EnvironmentFile=-*//p' "$unit")
  done
done
offer $(set +f; grep -lsE 'kube-proxy|flanneld' /etc/kubernetes/manifests/*)
offer /etc/kubernetes/proxy /var/lib/kube-proxy/config.conf /var/lib/kube-proxy/kube-proxy-config.yaml \\
  /etc/kube-flannel/net-conf.json /run/flannel/subnet.env /etc/sysconfig/flanneld /etc/default/flanneld \\
  /etc/docker/daemon.json /etc/sysconfig/docker /etc/sysconfig/docker-network /etc/default/docker
offer $(set +f; ls /etc/rancher/k3s/config.yaml /etc/rancher/k3s/config.yaml.d/*.yaml \\
  /etc/rancher/rke2/config.yaml /etc/rancher/rke2/config.yaml.d/*.yaml 2>/dev/null)
offer $(set +f; ls /etc/sysctl.conf /etc/sysctl.d/*.conf 2>/dev/null)
:`;

export const AGENT_PROBE: Probe = probe(
  'agents',
  'kube-proxy, flanneld and dockerd, and their files',
  ['sh', '-c', SCRIPT],
  {
    scope: 'node',
    needsRoot: true,
    optional: true,
  },
);

/** What prints an entry of a ConfigMap as it is; one that holds a secret is none. */
const ENTRY = `
command -v "$1" >/dev/null || exit 127
text=$("$@" && echo .) || exit
text=\${text%.}
case $text in '') echo 'no such file' >&2 && exit 1 ;; esac
printf %s "$text" | grep -qiE '${SECRET}' && echo 'no such file: it holds a secret' >&2 && exit 1
printf %s "$text"`;

function configMap(place: ConfigMapEntry): Probe {
  const words = [
    ...['-n', place.namespace, 'get', 'configmap', place.name, '--request-timeout=5s'],
    ...['--ignore-not-found', '-o', `jsonpath={.data.${place.entry.replaceAll('.', '\\.')}}`],
  ];
  const forms = [['kubectl'], ['kubectl', '--kubeconfig=/etc/kubernetes/admin.conf'], ['k3s', 'kubectl']];
  const [first = [], ...older] = forms.map((program) => ['sh', '-c', ENTRY, 'sh', ...program, ...words]);
  return probe(configMapOutput(place), `${place.name} of the Kubernetes API`, first, {
    ...{ scope: 'node', needsRoot: true, optional: true },
    older,
  });
}

export const CONFIG_MAP_PROBES: readonly Probe[] = [
  configMap({ namespace: 'kube-system', name: 'kube-proxy', entry: 'config.conf' }),
  configMap({ namespace: 'kube-flannel', name: 'kube-flannel-cfg', entry: 'net-conf.json' }),
  configMap({ namespace: 'kube-system', name: 'kube-flannel-cfg', entry: 'net-conf.json' }),
];
